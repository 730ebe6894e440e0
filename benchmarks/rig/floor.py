"""The script of a measured server: the product's own script, and beside it an empty page as the floor.

The floor answers to `?floor=1`: one selectbox and nothing of the product. Both are served by the same process, with the
same settings and middleware, and both are compiled once.
"""

from pathlib import Path
from types import CodeType

import streamlit as st

from benchmarks.rig.server import FLOOR_WIDGET
from cx.ui import server


@st.cache_resource
def _product() -> CodeType:
    path = Path(server.__file__).with_name("shell.py")
    return compile(path.read_text("utf-8"), str(path), "exec")


if "floor" in st.query_params:
    st.selectbox("Floor", [str(number) for number in range(10)], key=FLOOR_WIDGET)
else:
    exec(_product(), {"__name__": "__main__", "__file__": _product().co_filename})
