from broadsheet.web.urls import urlpatterns as paper

# Your own addresses go before the paper's: Wagtail's pages, which come last in it, take whatever is left.
urlpatterns = [*paper]
