"""Data: can I trust it?"""

from cx.ui import data_page
from cx.ui.frame import open_page

view = open_page("data", with_filters=False)

data_page.title(view)
data_page.files(view)
data_page.rejects(view)
data_page.definitions(view)
data_page.contract(view)
