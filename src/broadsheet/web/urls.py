"""The paper's addresses. Wagtail's pages come last."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import URLPattern, URLResolver, include, path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from broadsheet.web import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
]

urlpatterns += i18n_patterns(
    path("search/", views.search, name="search"),
    path("topics/<str:slug>/", views.topic, name="topic"),
    path("places/<str:slug>/", views.place, name="place"),
    path("people/<str:slug>/", views.person, name="person"),
    path("", include(wagtail_urls)),
    prefix_default_language=False,
)
