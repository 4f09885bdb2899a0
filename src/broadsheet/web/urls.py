"""The paper's addresses. Wagtail's pages come last."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from broadsheet.accounts import urls as accounts
from broadsheet.membership.views import stripe_hook
from broadsheet.newsletters import views as newsletters
from broadsheet.web import account, feeds, gifts, indexes, passes, views
from broadsheet.web.membership import account as membership
from broadsheet.web.membership import giving, joining, leaving
from broadsheet.web.newsletters import feeds as newsletter_feeds
from broadsheet.web.newsletters import issues, lists, own
from broadsheet.web.newsletters import joining as newsletter_joining

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("hooks/stripe/", stripe_hook, name="stripe-hook"),
    path("hooks/mail/<slug:esp>/", newsletters.mail_hook, name="mail-hook"),
    path("hooks/mail/<slug:esp>/inbound/", newsletters.mail_inbound_hook, name="mail-inbound-hook"),
    path("g/<str:token>/", gifts.landing, name="gift"),
    path("newsletters/confirm/<str:ticket>/", newsletter_joining.confirm, name="newsletters_confirm"),
    path("newsletters/mine/<str:token>/", own.mine, name="newsletters_mine"),
    path("newsletters/leave/<str:token>/", own.leave, name="newsletters_leave"),
    path("newsletters/go/<str:issue>/<int:number>/<str:arm>/", issues.go, name="newsletters_go"),
    path("newsletters/go/<str:issue>/<int:number>/<str:arm>/<str:token>/", issues.go, name="newsletters_go_letter"),
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
    path("account/membership/", membership.page, name="account_membership"),
    path("account/membership/card/", membership.card, name="membership_card"),
    path("account/membership/resume/", membership.resume, name="membership_resume"),
    path("account/membership/pause/", membership.pause, name="membership_pause"),
    path("account/membership/switch/<slug:plan>/", membership.switch, name="membership_switch"),
    path("account/membership/invite/", giving.invite, name="membership_invite"),
    path("account/membership/uninvite/", giving.uninvite, name="membership_uninvite"),
    path("account/", include("broadsheet.accounts.urls")),
    path("membership/joined/", joining.joined, name="membership_joined"),
    path("membership/cancel/", leaving.cancel, name="membership_cancel"),
    path("membership/withdraw/", leaving.withdraw, name="membership_withdraw"),
    path("membership/declared/<str:token>/", leaving.declared, name="membership_declared"),
    path("membership/answer/<str:token>/", leaving.answer, name="membership_answer"),
    path("membership/gift/", giving.redeem, name="membership_gift"),
    path("membership/give/", giving.give, name="membership_give"),
    path("membership/given/", giving.given, name="membership_given"),
    path("membership/seat/<str:token>/", giving.seat, name="membership_seat"),
    path("newsletters/", lists.page, name="newsletters"),
    path("newsletters/asked/", newsletter_joining.asked, name="newsletters_asked"),
    path("newsletters/mine/", own.own, name="newsletters_own"),
    path("newsletters/<slug:slug>/", lists.one, name="newsletter"),
    path("newsletters/<slug:slug>/feed.atom", newsletter_feeds.atom, name="newsletter-atom"),
    path("newsletters/<slug:slug>/feed.json", newsletter_feeds.json, name="newsletter-json"),
    path("newsletters/<slug:slug>/<slug:issue>/", issues.issue, name="newsletter_issue"),
    path("newsletters/<slug:slug>/<slug:issue>/full/", issues.full, name="newsletter_issue_full"),
    path("search/", views.search, name="search"),
    path("subscribe/", joining.subscribe, name="subscribe"),
    path("subscribe/<slug:plan>/", joining.join, name="membership_join"),
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
