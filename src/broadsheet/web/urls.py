"""The paper's addresses. Wagtail's pages come last."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from broadsheet.accounts import urls as accounts
from broadsheet.membership.views import stripe_hook
from broadsheet.web import account, feeds, gifts, indexes, passes, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("hooks/stripe/", stripe_hook, name="stripe-hook"),
    path("g/<str:token>/", gifts.landing, name="gift"),
    path("_util/login/", RedirectView.as_view(pattern_name="account_login", query_string=True)),  # in Wagtail's place
    path("account/pass/", passes.renew, name="pass"),
    path("account/", include(accounts.social_patterns)),
    path("sitemap.xml", indexes.sitemap, name="sitemap"),
    path("sitemap-<str:part>.xml", indexes.sitemap_part, name="sitemap-part"),
    path("news-sitemap.xml", indexes.news_sitemap, name="news-sitemap"),
    path("robots.txt", indexes.robots, name="robots"),
    path("llms.txt", indexes.llms, name="llms"),
    path(".well-known/traffic-advice", indexes.traffic_advice, name="traffic-advice"),
]

urlpatterns += i18n_patterns(
    path("account/", account.home, name="account_home"),
    path("account/export/", account.export, name="account_export"),
    path("account/erase/", account.erase, name="account_erase"),
    path("account/", include("broadsheet.accounts.urls")),
    path("search/", views.search, name="search"),
    path("subscribe/", views.subscribe, name="subscribe"),
    path("topics/<str:slug>/", views.topic, name="topic"),
    path("places/<str:slug>/", views.place, name="place"),
    path("people/<str:slug>/", views.person, name="person"),
    path("feed.atom", feeds.atom, name="feed-atom"),
    path("feed.json", feeds.json, name="feed-json"),
    path("<str:section>/feed.atom", feeds.atom, name="section-atom"),
    path("<str:section>/feed.json", feeds.json, name="section-json"),
    path("", include(wagtail_urls)),
    prefix_default_language=False,
)
