"""What mail systems write when they refuse a mail, and what it means. Written from their messages and the RFCs.

The order counts: the first meaning whose phrases occur is taken. Phrases are regular expressions over small letters
with single blanks. Where a phrase needs more than words (a status, a command), `bounces` decides.
"""

from __future__ import annotations

import re
from enum import StrEnum


class Reason(StrEnum):
    """Why a mail came back, in the words that tools for bounces share."""

    USER_UNKNOWN = "userunknown"
    HOST_UNKNOWN = "hostunknown"
    HAS_MOVED = "hasmoved"
    NOT_ACCEPT = "notaccept"  # the host takes no mail at all
    SUSPEND = "suspend"  # the mailbox is disabled
    MAILBOX_FULL = "mailboxfull"
    EXCEED_LIMIT = "exceedlimit"  # larger than the mailbox takes
    TOO_BIG = "mesgtoobig"  # larger than the mail system takes
    FILTERED = "filtered"  # refused after the mail's text was seen
    EXPIRED = "expired"
    NETWORK = "networkerror"
    SYSTEM = "systemerror"
    SYSTEM_FULL = "systemfull"
    MAILER = "mailererror"
    SYNTAX = "syntaxerror"
    ON_HOLD = "onhold"
    UNDEFINED = "undefined"
    AUTH_FAILURE = "authfailure"
    REQUIRE_PTR = "requireptr"
    BAD_REPUTATION = "badreputation"
    BLOCKED = "blocked"
    POLICY = "policyviolation"
    SECURITY = "securityerror"
    REJECTED = "rejected"  # the sender's address is refused
    NO_RELAYING = "norelaying"
    SPAM = "spamdetected"
    VIRUS = "virusdetected"
    CONTENT = "contenterror"
    NOT_COMPLIANT = "notcompliantrfc"
    TOO_MANY = "toomanyconn"
    SPEEDING = "speeding"
    FEEDBACK = "feedback"
    VACATION = "vacation"
    DELIVERED = "delivered"


# Before everything else: what one mailbox provider writes in a way that others use for something else.
OF_PROVIDERS: tuple[tuple[str, Reason, tuple[str, ...]], ...] = (
    ("messagelabs", Reason.USER_UNKNOWN, (r"\b542 \S+ rejected",)),
    ("docomo", Reason.REJECTED, (r"^5\.0\.0 data .*unknown user",)),
    ("google", Reason.SPEEDING, (r"receiving mail (?:at a rate|too quickly)", r"p=receivingrate")),
    ("google", Reason.SUSPEND, (r"p=disableduser", r"is (?:inactive|disabled)\b")),
    ("google", Reason.USER_UNKNOWN, (r"p=nosuchuser",)),
    ("google", Reason.AUTH_FAILURE, (r"p=unauthenticatederror", r"p=(?:dmarc|spf|dkim)",)),
    ("google", Reason.BAD_REPUTATION, (r"reputation of the sending",)),
    ("google", Reason.SPAM, (r"likely (?:suspicious|unsolicited)",)),
    ("google", Reason.REQUIRE_PTR, (r"ptr record",)),
    ("googlegroups groups.google", Reason.REJECTED, (r"groups\.google\.|google groups|googlegroups",)),
    ("secureserver", Reason.SPEEDING, (r"\bib60\d",)),
    ("secureserver", Reason.REQUIRE_PTR, (r"\bib10[58]",)),
    ("secureserver", Reason.BLOCKED, (r"\bib1\d\d",)),
    ("secureserver", Reason.SPAM, (r"\bib50[47]", r"\bib705")),
    ("charter spectrum", Reason.TOO_MANY, (r"aup#i-?n?-?13[0-9]0",)),
    ("cox.net", Reason.TOO_MANY, (r"\bcx(?:thrt|cnct|mxrt|rate)",)),
    ("cox.net", Reason.REQUIRE_PTR, (r"\bcxdns",)),
    ("cox.net", Reason.REJECTED, (r"\bcxsndr",)),
    ("cox.net", Reason.SPAM, (r"\bcxmj",)),
    ("cox.net", Reason.BLOCKED, (r"\bcxbl", r"\bc[dx]rbl", r"\bcsi\b")),
    ("qq.com", Reason.TOO_MANY, (r"frequency limited", r"too many (?:connections|mails)")),
    ("yahoodns yahoo aol", Reason.USER_UNKNOWN, (r"user doesn't have an? \S+ account",)),
    ("outlook hotmail microsoft office365 exchangelabs", Reason.USER_UNKNOWN, (r"recipientnotfound", r"5\.1\.10\b")),
)

# Phrases that hold words of several meanings below, and have one.
WHOLE: tuple[tuple[Reason, tuple[str, ...]], ...] = (
    (Reason.REJECTED, (
        r"sender (?:e-?mail )?(?:address|domain)\b.{0,60}(?:reject|not found|unknown|not exist|invalid|refus|resolve)",
        r"domain of sender", r"sender verif(?:y|ication) failed", r"(?:could not|unable to|cannot) verify sender",
    )),
    (Reason.HOST_UNKNOWN, (
        r"the account or domain may not exist", r"\bhost unknown", r"unknown host", r"bad destination system address",
        r"domain is not reachable", r"(?:domain|host) (?:name )?not found", r"no such (?:host|domain)",
    )),
    (Reason.USER_UNKNOWN, (
        r"bad destination mailbox address", r"recipient address rejected: access denied",
        r"invalid final delivery userid", r"resolver\.adr\.\w*recip\w*notfound", r"ofr_416",
    )),
    (Reason.HAS_MOVED, (r"mailbox has moved", r"recipient has moved", r"no forwarding address")),
    (Reason.REJECTED, (
        r"sending to/from an address", r"not a registered gateway user", r"bad sender's (?:mailbox|system) address",
    )),
    (Reason.FILTERED, (r"recipient preferences", r"(?:rejected|refused|blocked) by a remote mail ?server")),
    (Reason.ON_HOLD, (r"due to a recipient error", r"rejected: on hold")),
    (Reason.NO_RELAYING, (r"email address is not verified", r"identities failed the check", r"turn on smtp authentication")),
    (Reason.BLOCKED, (
        r"refused to talk to me", r"use the (?:smtp|mail) server of your isp", r"the ip you're using to send",
        r"intrusion prevention", r"too many bad commands",
    )),
    (Reason.REQUIRE_PTR, (r"mismatch\w* client ip",)),
    (Reason.POLICY, (r"its content presents a potential", r"due to local policy", r"administrative prohibition")),
    (Reason.SPEEDING, (r"receiving mail (?:at a rate|too quickly)", r"daily (?:user )?sending (?:quota|limit)", r"sending (?:quota|limit) exceeded")),
    (Reason.SPAM, (r"due to spam classification", r"flagged as spam")),
    (Reason.NETWORK, (
        r"name server:.{0,60}lookup failure", r"host name lookup failure", r"hop count|too many hops",
        r"mail (?:loop|forwarding loop)", r"loops? back", r"loop detected",
    )),
    (Reason.MAILER, (r"operating system error",)),
    (Reason.EXPIRED, (r"in the queue too long",)),
    (Reason.CONTENT, (r"media not supported", r"conversion required",)),
    (Reason.SECURITY, (r"security features not supported", r"cryptographic", r"message integrity failure")),
)

PHRASES: tuple[tuple[Reason, tuple[str, ...]], ...] = (
    (Reason.MAILBOX_FULL, (
        r"mail ?(?:box|folder|dir) (?:is |for user is |size |temporarily )*(?:is )?(?:full|exceed)",
        r"(?:over|exceed\w*|out of|beyond|above|reached)\b.{0,40}\b(?:quota|storage space|storage limit|mailbox size)",
        r"(?:quota|storage|space|mailbox).{0,30}\b(?:exceed|violat|is full|limit reached|exhaust)", r"mailbox full",
        r"overquota", r"inbox is (?:full|out of)", r"(?:not enough|insufficient|no) (?:disk )?space\b(?! left on device)",
        r"account (?:is full|has exceeded)", r"(?:user|mailbox|account|recipient) is full", r"disk full for user",
        r"messages in recipient's mailbox exceeded", r"user has too many messages", r"boite (?:du destinataire )?pleine",
        r"postfach (?:ist )?voll", r"buz[oó]n lleno", r"casella piena", r"mailbox is over", r"mail drop is full",
    )),
    (Reason.EXCEED_LIMIT, (
        r"message size exceeds (?:fixed )?maximum(?: message size)?(?: allowed by (?:the )?recipient)?",
        r"too large for (?:this|the) (?:recipient|mailbox)", r"exceeds the maximum size.{0,30}recipient",
    )),
    (Reason.TOO_BIG, (
        r"message (?:is )?too (?:big|large|long)", r"(?:message|mail|attachment|data) size (?:exceeds|limit|is too)",
        r"size (?:limit|of the message) exceed", r"maximum message size", r"exceeds? (?:the )?(?:maximum )?(?:message )?size",
        r"max(?:imum)? (?:message )?length exceeded",
    )),
    (Reason.HAS_MOVED, (
        r"\bhas (?:moved|been replaced|changed)\b.{0,40}", r"not our user", r"address (?:is )?(?:no longer|has changed)",
        r"user not local", r"please (?:try|use) (?:the )?(?:new|forward)", r"mailbox has moved", r"recipient moved",
    )),
    (Reason.NO_RELAYING, (
        r"relay(?:ing)? (?:access )?(?:denied|not (?:permitted|allowed)|prohibited|disallowed|is not)", r"no relay\w*\b",
        r"(?:unable|not permitted|not allowed|refus\w*|cannot|can't|won't|don't) to? ?relay", r"relaying mail",
        r"not (?:a )?(?:local|gateway) (?:domain|host)", r"domain isn't in my list of allowed rcpthosts", r"rcpthosts",
        r"we do not relay", r"insecure mail relay", r"is not permitted to relay", r"mail relay",
        r"relay (?:from|to) .{0,60}(?:refused|denied)", r"not an open relay", r"requested domain is not hosted",
    )),
    (Reason.REQUIRE_PTR, (
        r"(?:no|missing|invalid|without|have an?|lookup|fix|valid|check|your|require\w*|need).{0,30}\b(?:reverse dns|rdns|ptr\b|reverse (?:dns )?(?:entry|lookup|record|name|mapping))",
        r"\b(?:reverse dns|rdns|ptr)\b.{0,40}(?:missing|fail|not|no |invalid|incorrect|does|must|required|record)",
        r"unverifyable sending ip", r"(?:cannot|can't|unable to|could not) (?:find your|resolve (?:your|client)) ?(?:reverse )?(?:hostname|address|ip|domain)?",
        r"client host rejected: cannot find your", r"all mail servers must have a ptr",
        r"without a valid (?:sender|reverse)", r"hostname (?:does not|doesn't) (?:match|resolve)", r"dns ptr",
    )),
    (Reason.AUTH_FAILURE, (
        r"\b(?:spf|dkim|dmarc|domainkeys)\b", r"authentication information", r"authentication checks",
        r"unauthenticated (?:email|mail|message)", r"not (?:been )?authenticated\b.{0,60}(?:domain|sender|message)",
        r"authentication (?:checks? fail|results? in)", r"does not (?:meet|pass) (?:the )?(?:required )?authentication",
        r"message is not rfc 7601", r"not designated (?:as a )?(?:permitted|allowed) sender", r"openspf\.",
    )),
    (Reason.VIRUS, (
        r"\bvirus\b", r"\bmalware\b", r"\bworm\b", r"infected", r"\btrojan\b", r"ransomware", r"eicar", r"malicious (?:content|file)",
    )),
    (Reason.TOO_MANY, (
        r"too many (?:concurrent |simultaneous |open |smtp |recipients|connections|sessions|hops? from|errors)", r"too many connection",
        r"connection (?:rate )?limit", r"(?:concurrent|concurrency|connections?).{0,30}(?:exceed|limit|too many)",
        r"connection frequency", r"max(?:imum)? (?:number of )?(?:connections|recipients|sessions)", r"all (?:available )?(?:ip )?(?:sessions|connections)",
        r"no (?:further|more) (?:smtp )?connections", r"(?:ip )?frequency (?:is )?limited", r"too much (?:mail|load)",
    )),
    (Reason.SPEEDING, (
        r"too many (?:messages|mails|emails|e-mails) (?:sent|from|per|in|to)", r"(?:rate|sending) limit", r"sent to too many recipients",
        r"too (?:fast|quickly|frequent)", r"(?:deferred|throttled|slow down).{0,40}(?:rate|volume|too)", r"throttl",
        r"please (?:try again|slow).{0,20}slow(?:er|ly)", r"exceeded (?:the )?(?:allowed |maximum )?(?:sending|message|hourly|daily)",
        r"unusual rate", r"(?:recipients|messages) (?:this|per|in an?) (?:hour|day|minute)", r"mail (?:rate|flow) (?:limit|exceed)",
    )),
    (Reason.NOT_COMPLIANT, (
        r"not (?:rfc|compliant|conform)", r"rfc[ -]?(?:5|2|28|53)\d\d\d?\w*", r"multiple (?:addresses|from)", r"duplicate header",
        r"(?:missing|invalid|multiple|bad|malformed|duplicate) (?:or \w+ )?(?:date|from|message-id|subject|to)[: ]* ?(?:header|line|field)",
        r"bare (?:lf|cr|linefeed|newline)", r"headers? (?:are|is) not accepted", r"violates? (?:the )?rfc",
    )),
    (Reason.BAD_REPUTATION, (
        r"\breputation\b", r"(?:poor|low|bad) (?:sender )?score", r"senderscore", r"not on (?:a |the )?(?:good|whitelist)",
    )),
    (Reason.SPAM, (
        r"\bspam\b(?!haus|cop|-?rats|firewall)", r"\bube\b", r"\buce\b", r"unsolicited", r"bulk (?:e-?mail|mail|message)", r"junk mail",
        r"spam (?:score|detected|message|content|filter)", r"looks like spam", r"identified as spam", r"considered (?:as )?spam",
        r"message content rejected", r"mail rejete", r"phish", r"high.{0,12}scor", r"advertisement", r"\bspammy\b", r"spamassassin",
    )),
    (Reason.BLOCKED, (
        r"(?:ip|address|host|server|network|domain)\b.{0,60}\b(?:black ?list|block ?list|deny ?list|banned|blocked|listed)",
        r"(?:black|block|deny) ?list", r"\b(?:rbl|dnsbl|dnsrbl|rblsmtpd|spamhaus|spamcop|sorbs|barracudacentral|abuseat|spamrats|uceprotect)\b",
        r"listed (?:at|by|in|on)\b", r"open (?:relay|proxy)", r"(?:access|connection)s? (?:was |is |from .{0,60})?(?:denied|refused|rejected|blocked|dropped|not accepted)",
        r"(?:your|this) (?:ip|server|host|network|email|address|mail server|message) .{0,50}\b(?:been |is |was )?(?:blocked|banned|denied|refused)",
        r"client host (?:rejected|\[)", r"dynamic (?:ip|address|host|range)", r"dial-?up", r"residential", r"we do not accept (?:mail|connections)",
        r"no access from mail server", r"generic (?:ptr|rdns|reverse)", r"service refused", r"(?:mail|messages?|e-?mails?) from .{0,80}\b(?:not (?:accepted|allowed|welcome)|refused|blocked)",
        r"e-mail is redundant", r"temporarily deferred due to", r"user complaints", r"helo command rejected", r"invalid helo", r"ehlo .{0,30}(?:rejected|invalid)",
        r"connection refused by", r"connect\w* refused", r"blocked (?:by|for|using|due|-)", r"not accepting (?:mail|connections) from", r"banned",
    )),
    (Reason.POLICY, (
        r"polic(?:y|ies)\b", r"(?:not|un)acceptable (?:content|attachment)", r"prohibited", r"not (?:allowed|permitted) (?:by|to send)", r"header error",
        r"host network not allowed", r"attachment.{0,40}(?:not allowed|blocked|forbidden|rejected)",
        r"bad (?:mail )?from\b", r"you are not (?:allowed|authori[sz]ed)", r"denied by", r"violation", r"closed mailing list",
    )),
    (Reason.SECURITY, (
        r"authentication (?:required|failed|failure|credentials|is required|turned on)", r"must (?:authenticate|be authenticated|issue a starttls)",
        r"unauthenticated senders", r"not authori[sz]ed", r"delivery not authori[sz]ed", r"encryption (?:required|needed)", r"\bauth(?:orization)? (?:failed|required)",
        r"starttls", r"certificate", r"\btls\b", r"bad username or password", r"sasl", r"verification (?:failed|failure)", r"cryptographic",
        r"insecure", r"please log ?in", r"pop before smtp", r"permission denied\b(?!.*(?:mailbox|spool|file))",
    )),
    (Reason.REJECTED, (
        r"sender(?:'s)? (?:\S+ )?(?:address )?(?:\S+ )?(?:is |was |has been )?(?:rejected|denied|refused|invalid|unknown|blocked|not (?:accepted|allowed|found|exist))",
        r"(?:domain|address) of sender(?:'s)?(?: address)?", r"sender (?:domain|address|verif\w*|not)", r"from: ?domain is invalid", r"valid from:",
        r"purported responsible address", r"(?:invalid|bad|unroutable|unknown|nonexist\w*) (?:sender|return path|reverse path|from address|domain name of sender)",
        r"does not exist e2110", r"restrictedtorecipients", r"notauthorized",r"(?:return|sender|envelope sender) address (?:is )?(?:invalid|rejected|not)", r"mail from .{0,50}(?:rejected|refused|denied)",
        r"your (?:e-?mail )?address (?:has been|is|was) (?:rejected|refused|blocked)", r"sending to/from an address", r"unable to verify (?:sender|address)",
        r"(?:group|list|newsgroup)\b.{0,120}(?:not (?:exist|have)|permission|member|post)", r"only (?:members|subscribers) (?:can|may)", r"null sender",
    )),
    (Reason.SUSPEND, (
        r"(?:account|mailbox|user|recipient|address|mail ?box)(?:'s)?\b.{0,60}\b(?:disabled|suspended|inactive|inactivated|deactivated|frozen|locked|closed|discontinued|terminated|expired|not active|cancell?ed|dormant)",
        r"(?:disabled|suspended|inactive|deactivated|expired|frozen|closed) (?:account|mailbox|user|recipient|address|e-?mail)", r"not active\b", r"account has been",
        r"user (?:is )?(?:suspended|disabled|inactive)", r"temporarily (?:locked|disabled)", r"service (?:has been )?(?:stopped|suspended) for", r"mailbox unavailable or access denied",
    )),
    (Reason.NOT_ACCEPT, (
        r"no mx record", r"null ?mx", r"does not (?:accept|receive) (?:any )?(?:e-?mail|mail)", r"(?:host|domain|server) (?:does not|doesn't|never) accepts? (?:mail|e-?mail|messages)",
        r"smtp protocol returned a permanent error.{0,40}521", r"not accept\w* (?:any )?(?:mail|messages)\b(?! from)", r"no smtp service", r"mail server does not accept",
    )),
    (Reason.HOST_UNKNOWN, (
        r"(?:host|domain)(?: name| or domain)?(?: name)? (?:is )?(?:unknown|not found|not known|invalid|does not exist|doesn't exist|lookup failed)\b(?!.{0,30}lookup failure)",
        r"(?:unknown|invalid|illegal|no such|bad|unrouteable|unroutable|nonexistent|non-existent) (?:host|domain|host/domain|mail domain|destination domain)", r"host/domain name found",
        r"\bnxdomain\b", r"(?:host|domain|server) (?:name )?(?:could|can) ?not be (?:found|resolved)", r"couldn't find any host", r"recipient (?:address )?rejected: domain not found",
        r"the account or domain may not exist", r"name or service not known", r"all relevant mx records point to non-existent", r"(?:^|[\s:])(?!\S*@)[a-z0-9-]+(?:\.[a-z0-9-]+)+ (?:does not|doesn't) exist", r"unrouteable (?:mail )?domain", r"cannot find (?:the )?(?:host|domain|route)",
        r"domain mentioned in email address", r"host not found", r"unresolvable", r"hostname.{0,20}not found",
    )),
    (Reason.EXPIRED, (
        r"gr[ae]y-?list", r"(?:delivery|retry|connection|connect|conversation|session|operation).{0,12}tim(?:ed?|ing)[- ]?out", r"time ?(?:d )?out", r"timed[- ]out", r"retry time ?out exceeded",
        r"(?:message|mail|delivery) (?:has )?(?:been )?(?:expired|too old)", r"(?:been )?in the queue too long", r"could not (?:be )?deliver(?:ed)? (?:for|within|in) (?:the )?(?:last )?\d", r"giving up",
        r"not delivered within", r"undeliverable for \d", r"after \d+ (?:day|hour|attempt)", r"deliver\w* attempts? (?:time|has)", r"message expired", r"not responding", r"delivery time expired", r"unable to deliver (?:this message |in |after )",
        r"host (?:is )?unreachable", r"queue (?:life|timeout|expir)", r"being unable to connect successfully", r"deferred: connection",
    )),
    (Reason.NETWORK, (
        r"unable to route", r"bad connection", r"name (?:server|service)(?: error| timeout|:)?.{0,80}(?:malformed|lookup failure|error|failure|unexpected)", r"host name lookup failure", r"hop count|too many hops|too many received", r"mail (?:loop|forwarding loop)", r"loop(?:s|ing)? (?:back|detected)",
        r"network (?:is )?(?:unreachable|error|failure|problem)", r"(?:unable|failed|could not|couldn't) (?:to )?(?:connect|establish|open)", r"connection (?:was )?(?:lost|closed|dropped|reset|broken|terminated|refused)\b", r"no route to host", r"dns (?:lookup|error|fail|server)", r"(?:temporary|transient) (?:lookup|dns|name)",
        r"routing (?:error|loop)", r"unable to (?:contact|reach|resolve)", r"remote (?:host|server) (?:closed|dropped)", r"lost connection", r"message is looping", r"delivered-to: chain", r"broken pipe",
    )),
    (Reason.SYSTEM_FULL, (
        r"insufficient (?:system )?(?:storage|resources)", r"mail system (?:full|congestion)", r"usediskspace|useddiskspace", r"no space left on device", r"(?:mail ?server|system|file ?system|disk) (?:is )?full", r"system (?:storage|disk) ", r"out of (?:disk|memory)", r"server is (?:out of|low on)",
    )),
    (Reason.MAILER, (
        r"mailer error", r"procmail", r"maildrop", r"command (?:died|failed|output|line|time limit)", r"\bpipe\b", r"local (?:delivery|mailer) (?:failed|error)", r"exit (?:status|code)", r"x-unix", r"service unavailable.{0,30}(?:mailer|local)",
        r"operating system error", r"unknown mailer", r"can't create (?:output|temporary|user)", r"could(?:n't| not) create", r"died (?:with|of|on)", r"return code", r"bad exit",
    )),
    (Reason.CONTENT, (
        r"media error", r"content[- ](?:type|transfer|error|rejected|not|filter)", r"(?:message|mail) (?:content|format|body|header)s? (?:not|is not|are not|rejected|error|invalid)", r"8-?bit", r"conversion (?:required|failed|not)", r"charset", r"mime\b.{0,30}(?:error|invalid|malformed|not)",
        r"malformed", r"improper use of", r"unsupported (?:media|format|character)", r"not in an acceptable format",
    )),
    (Reason.SYNTAX, (
        r"syntax error", r"improper sequence", r"(?:invalid|wrong) (?:protocol version|command arguments)", r"(?:invalid|unknown|unrecognized|unimplemented|bad) (?:command|sequence|argument|parameter)", r"command (?:not|unrecognized|unknown|out of|parameter)", r"(?:protocol|sequence) (?:error|violation)", r"bad sequence", r"unsupported (?:command|option)",
    )),
    (Reason.SYSTEM, (
        r"upstream error", r"queue file", r"no answer from host", r"directory server failure", r"system not (?:accepting|capable)", r"system (?:error|failure|config|not accepting|temporarily|incorrectly)", r"insufficient permission", r"(?:server|system|service|resources?) (?:is |are )?(?:currently )?(?:temporarily )?(?:unavailable|not available|busy|down|overload|error|problem|misconfig)", r"service (?:currently|temporarily)? ?unavailable", r"temporarily unavailable",
        r"internal (?:server |software |system )?(?:error|problem)", r"transaction failed", r"local (?:configuration|error)", r"(?:configuration|misconfigur|config) ?(?:error|ation)", r"(?:i/o|io|disk|file|database|ldap|backend|lookup) (?:error|failure|failed|problem)", r"duplicated message-id", r"unable to (?:process|accept|queue)",
        r"requested action (?:aborted|not taken: (?:local|temporary))", r"temporary (?:error|failure|problem|local|system)", r"timeout waiting for", r"cannot (?:open|process)", r"please retry", r"server (?:error|busy|configuration)",
    )),
    (Reason.ON_HOLD, (r"on hold",)),
)

# There is no such reader: said so plainly that nothing else can be meant.
SURELY_UNKNOWN = (
    r"user unknown", r"unknown (?:local )?user", r"no such (?:user|mailbox|recipient|account|address|person)\b",
    r"unknown recipient", r"recipient (?:is )?unknown", r"(?:user|recipient|mailbox|account) (?:was )?not found",
    r"unknown or illegal user", r"no mailbox here by that name", r"user (?:does )?not exist", r"invalid recipient",
    r"mailbox (?:does not|doesn't) exist", r"(?:account|user) that you tried to reach does not exist",
    r"not listed in (?:public|domino)",
)
USER_UNKNOWN = (
    r"(?:user|recipient|account|mailbox|address|addressee|mail ?box|subscriber|customer)(?: name)?(?: \S+)? (?:is |was |has |are )?(?:been )?(?:unknown|not (?:found|exist|known|valid|recognized|listed|in|a valid|available|here|delivered)|does ?n[o']t exist|invalid|non-?existent|unrouteable)",
    r"(?:unknown|invalid|no such|nonexistent|non-existent|illegal|bad|undefined|unrouteable|unroutable|unresolvable|incorrect|wrong) (?:local |or illegal |or invalid |email |e-mail |mail |destination )?(?:user|recipient|account|mailbox|addres\w*|alias|local[- ]?part|destination|person|name|id|rcpt)",
    r"user unknown", r"unknown user", r"no (?:such|mailbox|account|valid|recipient)\b.{0,30}(?:user|recipient|mailbox|address|person|account|here|found|name|exist|virtual)", r"no mailbox here", r"mailbox (?:unavailable|not found|does not exist|not available)",
    r"(?:does|do|did) ?n[o']t (?:exist|have an?)\b", r"doesn't have an? \S+ account", r"not (?:a )?(?:known|valid|local|existing|listed|our) (?:user|recipient|mailbox|address|account|customer|in)", r"not listed in (?:public|domino|the)",
    r"recipient (?:name |address )?(?:is not recognized|rejected: (?:user|unknown|no such|undeliver|invalid|mailbox|recipient|access denied))", r"(?:couldn't|could not|can't|cannot|unable to) (?:find|locate|verify|be found).{0,30}(?:user|recipient|mailbox|address|account)?",
    r"adresse? (?:d'au|d au|inconnue?|invalide)", r"destinataire", r"utilisateur inconnu", r"unbekannt", r"usuario (?:desconocido|no existe)", r"destinat[aá]rio", r"wasn't found", r"no one by that name", r"delivery to the following recipients? failed: unknown", r"this address no longer", r"recipient not found",
    r"said: .{0,12}user", r"unrouteable address", r"r_e?cip\w* not", r"address rejected", r"dosn't exist", r"user not exist", r"not exist",
)
FILTERED = (
    r"refuses? to receive", r"recipient (?:preferences|refused|has refused|reject)", r"(?:only|does not) accept\w* (?:mail|e-?mail|messages) from (?:specific|known|people)", r"protected by", r"restricted", r"not accepting (?:any )?mail", r"user reject", r"is not accepting", r"filter(?:ed)? (?:by|out)",
    r"rejected by (?:the )?(?:recipient|user)", r"blocked by (?:the )?(?:recipient|user)", r"bounced address",
)


def joined(phrases: tuple[str, ...]) -> re.Pattern[str]:
    """One expression for several phrases."""
    return re.compile("|".join(f"(?:{each})" for each in phrases))


SEARCHED = tuple((reason, joined(phrases)) for reason, phrases in PHRASES)
SEARCHED_OF_PROVIDERS = tuple((hosts.split(), reason, joined(phrases)) for hosts, reason, phrases in OF_PROVIDERS)
SEARCHED_WHOLE = tuple((reason, joined(phrases)) for reason, phrases in WHOLE)
SURELY_NOBODY, NOBODY, NOT_WANTED = joined(SURELY_UNKNOWN), joined(USER_UNKNOWN), joined(FILTERED)
NO_ACCOUNT = re.compile(r"user doesn't have an? \S+ account")
