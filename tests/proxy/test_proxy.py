"""The catalogue's rows through nginx, with its cache on, before the paper as it is really served."""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.leaks.cases import DECEPTIONS
from tests.leaks.test_answers import UNKEYED
from tests.proxy.alternation import HEADERS_ALONE, WRONG, alternate
from tests.proxy.making import ALLOWANCE, QUAYS
from tests.proxy.nginx import HOST, Front, fronting
from tests.proxy.readers import BOUND, Answer, Behind, Reader
from tests.serving import broadsheet

EVIL = "evil-zz91.test"
Strangers = Callable[[], Reader]
BUSY = 10  # seconds that a busy machine may add
GATE = """
import time
from broadsheet.newsroom.models import StoryPage
for story in StoryPage.objects.filter(slug="open"):
    story.access = {access!r}
    story.save_revision().publish()
print(time.time())
"""


def test_HT_01_a_members_page_is_never_given_to_the_stranger_after(behind: Behind, reader: Reader) -> None:
    story = behind.stories["members"]
    for encoding in ("br", "gzip", "zstd", "identity"):
        for method in ("GET", "HEAD", "GET"):
            full = reader.ask(story.path, method, cookie=behind.member(), accept_encoding=encoding)
            assert story.words <= full.words or method == "HEAD"
            after = reader.ask(story.path, accept_encoding=encoding)
            assert (after.status, after.words) == (200, frozenset())
            assert after["cache-control"] == "private, no-cache"


def test_HT_01_nor_what_a_stranger_was_granted_nor_their_receipt(behind: Behind, stranger: Strangers) -> None:
    story, first, second = behind.stories["quay-0"], stranger(), stranger()
    granted = first.ask(story.path)
    own = second.ask(story.path)
    assert story.words <= granted.words
    assert granted.cookie.startswith("__Host-bs-r=")
    assert own.cookie not in {"", granted.cookie}
    assert second.ask(story.path, cookie=behind.used_up()).words == frozenset()


def test_HT_01_members_and_strangers_in_turn_never_get_each_others_pages(behind: Behind, front: Front) -> None:
    result = alternate(front, behind, 300)
    assert (result.pairs, result.leaks, result.denied) == (300, 0, 0), result.kinds


@pytest.mark.parametrize(("instead", "leaks"), [(HEADERS_ALONE, False), (WRONG, True)], ids=["headers", "wrong"])
def test_HT_01_the_papers_headers_alone_are_enough_and_a_cache_that_ignores_them_is_noticed(
    behind: Behind, front: Front, tmp_path: Path, instead: dict[str, str], leaks: bool
) -> None:
    with fronting(tmp_path, behind.address, instead) as other:
        result = alternate(other, behind, 200)
    assert (bool(result.leaks), bool(result.denied)) == (leaks, leaks), result


def test_HT_01_the_cache_works_and_holds_open_pages(behind: Behind, front: Front, reader: Reader) -> None:
    story = behind.stories["open"]
    seen = len(front.log(story.path, 0))
    for _ in range(2):
        assert story.words <= reader.ask(story.path).words
    kept = front.log(story.path, seen + 2)
    assert kept[-1].endswith(" HIT"), kept
    assert all(word.encode() in front.kept() for word in story.words)


def test_DS_14_a_cache_that_was_emptied_by_hand_is_asked_no_more(behind: Behind, front: Front, reader: Reader) -> None:
    path = behind.stories["open"].path
    seen = len(front.log(path, 0))
    for number in range(3):
        if number == 2:
            for file in (front.folder / "cache").rglob("*"):
                if file.is_file():
                    file.unlink()
        assert behind.stories["open"].words <= reader.ask(f"{path}?emptied").words
    ended = [line.split()[-1] for line in front.log(path, seen + 3)[-3:]]
    assert ended[1] == "HIT"
    assert "HIT" not in {ended[0], ended[2]}


def test_DS_14_an_open_story_that_is_gated_is_gone_from_the_cache_by_itself(
    behind: Behind, front: Front, reader: Reader
) -> None:
    story = behind.stories["open"]
    seen = len(front.log(story.path, 0))
    for _ in range(2):
        assert story.words <= reader.ask(story.path).words
    assert front.log(story.path, seen + 2)[-1].endswith(" HIT"), "it lies in the cache"
    try:
        since = gate(behind, "members")
        while story.words <= reader.ask(story.path).words:
            assert time.time() < since + 5 + BUSY
            time.sleep(0.1)
        assert reader.ask(story.path).words == frozenset()
    finally:
        since = gate(behind, "open")
        while not story.words <= reader.ask(story.path).words:
            assert time.time() < since + 5 + BUSY
            time.sleep(0.1)


def gate(behind: Behind, access: str) -> float:
    """Set the open story's access, as an editor does in a process of their own; gives the moment."""
    done = broadsheet(behind.folder, "manage", "shell", "-c", GATE.format(access=access))
    assert done.returncode == 0, done.stderr
    return float(done.stdout.split()[-1])


def test_HT_02_HT_01_nothing_that_is_private_is_kept(behind: Behind, front: Front, stranger: Strangers) -> None:
    for path in ("/search/?q=x", "/nowhere/", "/admin/login/", "/documents/1/x/", "/world/?page=2"):
        for _ in range(2):
            assert "private" in stranger().ask(path)["cache-control"], path
        assert path.encode() not in front.kept(), path
    assert not gated(behind) & _words(front)


def _words(front: Front) -> frozenset[str]:
    return Answer(200, [], front.kept()).words


def gated(behind: Behind) -> frozenset[str]:
    """Every word that only a decision opens."""
    return frozenset().union(*(story.words for name, story in behind.stories.items() if name != "open"))


def test_HT_03_a_members_head_primes_nothing(behind: Behind, reader: Reader) -> None:
    story = behind.stories["members"]
    head = reader.ask(story.path, "HEAD", cookie=behind.member())
    for method in ("HEAD", "GET"):
        after = reader.ask(story.path, method)
        assert after["etag"] != head["etag"]
        assert after["content-length"] != head["content-length"]
        assert after.words == frozenset()


def test_I4_HT_08_a_strangers_head_through_a_cache_spends_nothing(behind: Behind, stranger: Strangers) -> None:
    story, before = behind.stories["quay-1"], behind.spent()
    head = stranger().ask(story.path, "HEAD")
    assert (head.status, head.body, head["set-cookie"], behind.spent()) == (200, b"", "", before)
    preview = stranger().ask(story.path, sec_fetch_dest="image")
    assert head["content-length"] == preview["content-length"] == str(len(preview.body))


def test_HT_04_sixty_deceptive_addresses_put_no_story_into_the_cache(
    behind: Behind, front: Front, reader: Reader, stranger: Strangers
) -> None:
    story, found = behind.stories["members"], 0
    assert len(set(DECEPTIONS)) >= 60
    for spelling in DECEPTIONS:
        path = spelling.format(path=story.path, bare=story.path.rstrip("/"), upper=story.path.upper())
        full = reader.ask(path, cookie=behind.member())
        found += story.words <= full.words
        assert full.status < 500, path
        assert stranger().ask(path).words == frozenset(), path
    assert found, "no spelling gave the member the story: nothing was tried"
    assert not gated(behind) & _words(front)


def test_HT_05_what_is_no_part_of_the_caches_key_reaches_no_page(behind: Behind, reader: Reader) -> None:
    lines = {name: f"{number}.{EVIL}" for number, name in enumerate(UNKEYED)}
    for path in ("/feed.json?x", "/sitemap.xml?x", "/robots.txt?x", behind.stories["open"].path + "?x", "/nowhere-x/"):
        for headers in (lines, {}):
            answer = reader.send("GET", path, headers)
            assert EVIL.encode() not in answer.body, path
            assert EVIL not in str(answer.headers), path


def test_HT_05_a_host_that_is_not_ours_gets_no_answer_at_all(front: Front, reader: Reader) -> None:
    for host in (EVIL, f"{EVIL}:443", f"{HOST}.{EVIL}", "127.0.0.1"):
        with pytest.raises(http.client.RemoteDisconnected):
            reader.send("GET", "/", {"host": host})
        reader.close()
    unknown = ssl.create_default_context()
    unknown.check_hostname, unknown.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", front.https)) as plain, pytest.raises(ssl.SSLError):
        unknown.wrap_socket(plain, server_hostname=EVIL)


def test_HT_05_the_port_in_the_host_header_stands_in_no_page(reader: Reader) -> None:
    for path in ("/feed.atom?port", "/sitemap.xml?port", "/nowhere/?port"):
        answer = reader.send("GET", path, {"host": f"{HOST}:1337"})
        assert b"1337" not in answer.body, path
        assert "1337" not in str(answer.headers), path


def test_plain_http_is_sent_to_https_of_the_papers_own_name(front: Front) -> None:
    def asked(host: str) -> http.client.HTTPResponse:
        plain = http.client.HTTPConnection("127.0.0.1", front.http, timeout=10)
        plain.request("GET", "/world/?a=b", headers={"host": host})
        return plain.getresponse()

    answer = asked(HOST)
    assert (answer.status, answer.headers["location"]) == (301, f"https://{HOST}/world/?a=b")
    with pytest.raises(http.client.RemoteDisconnected):
        asked(EVIL)


def test_HT_06_a_members_tag_is_confirmed_to_the_member_and_to_nobody_else(behind: Behind, reader: Reader) -> None:
    story = behind.stories["members"]
    tag = reader.ask(story.path, cookie=behind.member())["etag"]
    assert reader.ask(story.path, cookie=behind.member(), if_none_match=tag).status == 304
    for spelled in (tag, f"W/{tag}", f'{tag}, "x"', "*"):
        answer = reader.ask(story.path, if_none_match=spelled)
        assert (answer.status, answer.words) == (200, frozenset()), spelled
        assert reader.ask(story.path, if_match=spelled, if_range=spelled, range="bytes=0-9").status == 200, spelled


def test_HT_09_a_range_of_a_story_is_the_whole_answer(behind: Behind, reader: Reader) -> None:
    for cookie in (behind.member(), behind.used_up()):
        answer = reader.ask(behind.stories["quay-2"].path, cookie=cookie, range="bytes=6000-6100")
        assert (answer.status, answer["accept-ranges"], answer["content-range"]) == (200, "none", "")


def test_HT_10_only_what_is_the_same_for_everybody_is_compressed_here(behind: Behind, reader: Reader) -> None:
    for path in ("/admin/login/", "/search/?q=needle"):
        assert reader.ask(path, accept_encoding="gzip")["content-encoding"] == "", path
    assert reader.ask("/static/broadsheet/paper.css", accept_encoding="gzip")["content-encoding"] == "gzip"
    ready = reader.ask(behind.stories["open"].path, accept_encoding="br, gzip")
    assert ready["content-encoding"] == "br"
    assert ready.words


def test_HT_07_HT_12_nginx_adds_nothing_that_tells_the_variants_apart(behind: Behind, reader: Reader) -> None:
    path = behind.stories["members"].path
    full, preview = reader.ask(path, cookie=behind.member()), reader.ask(path)
    assert {name.lower() for name, _ in full.headers} == {name.lower() for name, _ in preview.headers}
    assert full["last-modified"] == preview["last-modified"] != ""
    assert full["server"] == "nginx"
    assert full["link"] == full["x-accel-redirect"] == ""
    assert full["strict-transport-security"] == "max-age=31536000"


def test_LR_06_what_is_no_reading_of_a_story_counts_nothing(behind: Behind, stranger: Strangers) -> None:
    path, before, reader = behind.stories["quay-4"].path, behind.spent(), stranger()
    for other in (
        "/",
        "/world/",
        path.rstrip("/"),
        path + "x/",
        "/nowhere/",
        behind.stories["open"].path,
        "/search/?q=x",
    ):
        reader.ask(other)
    reader.ask(path, "OPTIONS")
    reader.ask(path, "POST", b"")
    reader.ask(path, sec_fetch_dest="iframe")
    reader.ask(path, user_agent="facebookexternalhit/1.1")
    assert reader.ask(behind.stories["members"].path)["set-cookie"] == ""
    assert behind.spent() == before


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "PROPFIND", "TRACE", "HELLO"])
def test_HT_13_no_other_method_reads_a_story(behind: Behind, reader: Reader, method: str) -> None:
    for cookie in ("", behind.member()):
        answer = reader.ask(behind.stories["members"].path, method, b"_method=GET", cookie=cookie)
        assert answer.status >= 400
        assert answer.words == frozenset()


def test_CR_05_a_claimed_address_makes_no_new_network(behind: Behind, reader: Reader) -> None:
    claims = ("x_forwarded_for", "x_real_ip", "forwarded", "true_client_ip", "cf_connecting_ip", "x_client_ip")
    read = 0
    for number, name in enumerate(QUAYS):
        claimed = dict.fromkeys(claims, f"66.249.{number}.{number + 1}")
        claimed["forwarded"] = f"for=66.249.{number}.1"
        read += bool(reader.ask(behind.stories[name].path, **claimed).words)
    assert read == BOUND


def test_MT_01_each_network_behind_nginx_has_a_bound_of_its_own(behind: Behind, stranger: Strangers) -> None:
    for _ in range(2):
        reader = stranger()
        assert sum(bool(reader.ask(behind.stories[name].path).words) for name in QUAYS) == BOUND


def test_I8_MT_15_a_reader_reads_on_with_the_receipt_and_the_translation_too(
    behind: Behind, stranger: Strangers
) -> None:
    first = stranger().ask(behind.stories["original"].path)
    for name in ("original", "copy"):
        again = stranger().ask(behind.stories[name].path, cookie=first.cookie)
        assert behind.stories[name].words <= again.words
        assert again["set-cookie"] == ""
    cookie, read = first.cookie, 1
    for name in QUAYS[:6]:
        more = stranger().ask(behind.stories[name].path, cookie=cookie)
        cookie, read = more.cookie or cookie, read + bool(more.words)
    assert read == ALLOWANCE


def test_BR_01_a_prefetch_that_would_spend_is_refused_and_not_kept(behind: Behind, stranger: Strangers) -> None:
    story, before = behind.stories["quay-3"], behind.spent()
    for purpose in ("prefetch", "prefetch;prerender", "prefetch;anonymous-client-ip"):
        answer = stranger().ask(story.path, sec_purpose=purpose)
        assert (answer.status, answer.body, answer["set-cookie"]) == (503, b"", "")
        assert answer["cache-control"] == "no-store"
    assert behind.spent() == before
    assert story.words <= stranger().ask(story.path).words


def test_static_files_are_kept_for_a_year_without_asking_who_asks(front: Front, stranger: Strangers) -> None:
    for cookie in ("a=1", "b=2"):
        answer = stranger().ask("/static/broadsheet/story.css?kept", cookie=cookie)
        assert (answer.status, answer["cache-control"]) == (200, "max-age=31536000")
    assert front.log("/static/broadsheet/story.css", 2)[-1].endswith(" HIT")


def test_a_body_that_no_reader_would_send_is_refused_and_the_desks_is_not(reader: Reader) -> None:
    much = b"x" * 1_100_000
    refused = reader.ask("/search/", "POST", much)
    assert refused.status == 413
    reader.close()
    assert reader.ask("/admin/login/", "POST", much).status == 302, "Django sends it on to the one door"


DOORS = (
    "/g/", "/ar/g/", "/membership/seat/", "/membership/declared/", "/membership/answer/", "/newsletters/confirm/",
    "/newsletters/mine/", "/newsletters/leave/", "/newsletters/go/AAAAAAAAAAAAAAAAAAAAAA/1/a/",
)  # fmt: skip


def test_I10_TK_05_the_log_of_nginx_knows_no_address_no_browser_no_search_and_no_token(
    front: Front, reader: Reader
) -> None:
    reader.ask("/search/?q=needle-zz93", user_agent="Browser-zz93", referer="https://zz93.test/")
    for door in DOORS:
        reader.ask(f"{door}token-zz93/")
    assert front.log("/g/")
    assert front.log("/search/")
    lines = front.whole_log()
    assert not [line for line in lines if "zz93" in line]
    assert all(line.split()[0].endswith(".0") for line in lines)


def test_what_robots_try_is_not_even_asked_of_the_paper(reader: Reader) -> None:
    for path in ("/.git/config", "/.env", "/world/.htaccess"):
        assert (reader.ask(path).status, reader.ask(path)["cache-control"]) == (404, "")
    assert reader.ask("/.well-known/traffic-advice").status == 200


def test_HT_05_whoever_asks_first_without_a_proxy_does_not_name_the_pages_for_all(behind: Behind) -> None:
    host, _, port = behind.address.partition(":")

    def ask(path: str, lines: dict[str, str]) -> bytes:
        plain = http.client.HTTPConnection(host, int(port), timeout=20)
        plain.request("GET", path, headers=lines)
        return plain.getresponse().read()

    for path in ("/ar/feed.atom", "/ar/feed.json", "/news-sitemap.xml", "/ar/world/", "/ar/world/feed.json"):
        for lines in ({"host": f"{HOST}:1337"}, {"host": "127.0.0.1"}, {"host": HOST, "x-forwarded-proto": "http"}):
            page = ask(path, lines)
            assert f"https://{HOST}/".encode() in page or path == "/news-sitemap.xml", path
            for named in (b"1337", b"//127.0.0.1", f"http://{HOST}".encode()):
                assert named not in page, path
