"""The script of a measured server: the product's own script, and beside it an empty page as the floor.

The floor answers to `?floor=1`: one selectbox and nothing of the product. Both are served by the same process, with the
same settings and middleware, and both are compiled once.
"""

from types import CodeType

import streamlit as st

from cx.ui import server

FLOOR_WIDGET = "floor"


@st.cache_resource
def _product() -> CodeType:
    path = server.__file__.replace("server.py", "shell.py")
    with open(path, encoding="utf-8") as stream:
        return compile(stream.read(), path, "exec")


if "floor" in st.query_params:
    st.selectbox("Floor", [str(number) for number in range(10)], key=FLOOR_WIDGET)
else:
    exec(_product(), {"__name__": "__main__", "__file__": _product().co_filename})
