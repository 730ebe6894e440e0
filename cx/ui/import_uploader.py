"""The control that takes a file, in the reader's language.

Streamlit's own has English words only, and a region that screen readers are told to ignore though it can be reached
(axe: presentation-role-conflict); a script mends both in the page.
"""

from __future__ import annotations

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer
from streamlit.runtime.uploaded_file_manager import UploadedFile

from cx.ui.frame import Reader

_MEND = """
export default function ({ data }) {
  const mend = () => {
    for (const zone of document.querySelectorAll('[data-testid=stFileUploaderDropzone]')) {
      if (zone.getAttribute('role') === 'presentation') zone.setAttribute('role', 'group');
      const word = zone.querySelector('button p');
      if (word && word.textContent !== data.button) word.textContent = data.button;
      const input = zone.querySelector('input[type=file]');
      if (input) input.setAttribute('aria-label', data.label);
      const limit = zone.querySelector('[data-testid=stFileUploaderDropzoneInstructions]');
      if (limit) limit.style.display = 'none';
    }
  };
  mend();
  const watch = new MutationObserver(mend);
  watch.observe(document.body, { childList: true, subtree: true });
  return () => watch.disconnect();
}
"""


@st.cache_resource
def _mended() -> ComponentRenderer:
    return st.components.v2.component("uploader_words", js=_MEND)


def file_control(reader: Reader, label: str, key: str) -> UploadedFile | None:
    """The file that the person brings, and below the control how large it may be; None while there is none."""
    t, largest_mb = reader.t, min(reader.settings.upload_max_mb, st.get_option("server.maxUploadSize"))
    brought = st.file_uploader(label, key=key, max_upload_size=largest_mb)
    _mended()(data={"button": t("Choose a file"), "label": label}, key="uploader_words", width=1, height=1)
    st.caption(t("Bringing a file changes nothing: you first see what would be loaded, and confirm it. "
                 "A file can have {size} at most.", size=reader.write.file_size(largest_mb * 1_000_000)))
    return brought
