"""What mail systems write when they refuse what we are, or how we send."""

from __future__ import annotations

from broadsheet.newsletters.rules.reasons import Reason

PHRASES: dict[Reason, tuple[str, ...]] = {
    Reason.NO_RELAYING: (
        r"relay(?:ing)? (?:access )?(?:denied|not (?:permitted|allowed)|prohibited|disallowed|is not)",
        r"no relay\w*\b",
        r"(?:unable|not permitted|not allowed|refus\w*|cannot|can't|won't|don't) to? ?relay",
        r"relaying mail",
        r"not (?:a )?(?:local|gateway) (?:domain|host)",
        r"domain isn't in my list of allowed rcpthosts",
        r"rcpthosts",
        r"we do not relay",
        r"insecure mail relay",
        r"is not permitted to relay",
        r"mail relay",
        r"relay (?:from|to) .{0,60}(?:refused|denied)",
        r"not an open relay",
        r"requested domain is not hosted",
    ),
    Reason.REQUIRE_PTR: (
        (
            r"(?:no|missing|invalid|without|have an?|lookup|fix|valid|check|your|require\w*|"
            r"need).{0,30}\b(?:reverse dns|rdns|ptr\b|reverse (?:dns )?(?:entry|lookup|record|name|mapping))"
        ),
        r"\b(?:reverse dns|rdns|ptr)\b.{0,40}(?:missing|fail|not|no |invalid|incorrect|does|must|required|record)",
        r"unverifyable sending ip",
        (
            r"(?:cannot|can't|unable to|could not) (?:find your|resolve (?:your|"
            r"client)) ?(?:reverse )?(?:hostname|address|ip|domain)?"
        ),
        r"client host rejected: cannot find your",
        r"all mail servers must have a ptr",
        r"without a valid (?:sender|reverse)",
        r"hostname (?:does not|doesn't) (?:match|resolve)",
        r"dns ptr",
    ),
    Reason.AUTH_FAILURE: (
        r"\b(?:spf|dkim|dmarc|domainkeys)\b",
        r"authentication information",
        r"authentication checks",
        r"unauthenticated (?:email|mail|message)",
        r"not (?:been )?authenticated\b.{0,60}(?:domain|sender|message)",
        r"authentication (?:checks? fail|results? in)",
        r"does not (?:meet|pass) (?:the )?(?:required )?authentication",
        r"message is not rfc 7601",
        r"not designated (?:as a )?(?:permitted|allowed) sender",
        r"openspf\.",
    ),
    Reason.VIRUS: (
        r"\bvirus\b",
        r"\bmalware\b",
        r"\bworm\b",
        r"infected",
        r"\btrojan\b",
        r"ransomware",
        r"eicar",
        r"malicious (?:content|file)",
    ),
    Reason.TOO_MANY: (
        r"too many (?:concurrent |simultaneous |open |smtp |recipients|connections|sessions|hops? from|errors)",
        r"too many connection",
        r"connection (?:rate )?limit",
        r"(?:concurrent|concurrency|connections?).{0,30}(?:exceed|limit|too many)",
        r"connection frequency",
        r"max(?:imum)? (?:number of )?(?:connections|recipients|sessions)",
        r"all (?:available )?(?:ip )?(?:sessions|connections)",
        r"no (?:further|more) (?:smtp )?connections",
        r"(?:ip )?frequency (?:is )?limited",
        r"too much (?:mail|load)",
    ),
    Reason.SPEEDING: (
        r"too many (?:messages|mails|emails|e-mails) (?:sent|from|per|in|to)",
        r"(?:rate|sending) limit",
        r"sent to too many recipients",
        r"too (?:fast|quickly|frequent)",
        r"(?:deferred|throttled|slow down).{0,40}(?:rate|volume|too)",
        r"throttl",
        r"please (?:try again|slow).{0,20}slow(?:er|ly)",
        r"exceeded (?:the )?(?:allowed |maximum )?(?:sending|message|hourly|daily)",
        r"unusual rate",
        r"(?:recipients|messages) (?:this|per|in an?) (?:hour|day|minute)",
        r"mail (?:rate|flow) (?:limit|exceed)",
    ),
    Reason.NOT_COMPLIANT: (
        r"not (?:rfc|compliant|conform)",
        r"rfc[ -]?(?:5|2|28|53)\d\d\d?\w*",
        r"multiple (?:addresses|from)",
        r"duplicate header",
        (
            r"(?:missing|invalid|multiple|bad|malformed|duplicate) (?:or \w+ )?(?:date|from|message-id|subject|"
            r"to)[: ]* ?(?:header|line|field)"
        ),
        r"bare (?:lf|cr|linefeed|newline)",
        r"headers? (?:are|is) not accepted",
        r"violates? (?:the )?rfc",
    ),
    Reason.BAD_REPUTATION: (
        r"\breputation\b",
        r"(?:poor|low|bad) (?:sender )?score",
        r"senderscore",
        r"not on (?:a |the )?(?:good|whitelist)",
    ),
    Reason.SPAM: (
        r"\bspam\b(?!haus|cop|-?rats|firewall)",
        r"\bube\b",
        r"\buce\b",
        r"unsolicited",
        r"bulk (?:e-?mail|mail|message)",
        r"junk mail",
        r"spam (?:score|detected|message|content|filter)",
        r"looks like spam",
        r"identified as spam",
        r"considered (?:as )?spam",
        r"message content rejected",
        r"mail rejete",
        r"phish",
        r"high.{0,12}scor",
        r"advertisement",
        r"\bspammy\b",
        r"spamassassin",
    ),
    Reason.BLOCKED: (
        (
            r"(?:ip|address|host|server|network|domain)\b.{0,60}\b(?:black ?list|block ?list|deny ?list|banned|"
            r"blocked|listed)"
        ),
        r"(?:black|block|deny) ?list",
        r"\b(?:rbl|dnsbl|dnsrbl|rblsmtpd|spamhaus|spamcop|sorbs|barracudacentral|abuseat|spamrats|uceprotect)\b",
        r"listed (?:at|by|in|on)\b",
        r"open (?:relay|proxy)",
        (
            r"(?:access|connection)s? (?:was |is |from .{0,60})?(?:denied|refused|rejected|blocked|dropped|"
            r"not accepted)"
        ),
        (
            r"(?:your|this) (?:ip|server|host|network|email|address|mail server|message) .{0,50}\b(?:been |is |"
            r"was )?(?:blocked|banned|denied|refused)"
        ),
        r"client host (?:rejected|\[)",
        r"dynamic (?:ip|address|host|range)",
        r"dial-?up",
        r"residential",
        r"we do not accept (?:mail|connections)",
        r"no access from mail server",
        r"generic (?:ptr|rdns|reverse)",
        r"service refused",
        r"(?:mail|messages?|e-?mails?) from .{0,80}\b(?:not (?:accepted|allowed|welcome)|refused|blocked)",
        r"e-mail is redundant",
        r"temporarily deferred due to",
        r"user complaints",
        r"helo command rejected",
        r"invalid helo",
        r"ehlo .{0,30}(?:rejected|invalid)",
        r"connection refused by",
        r"connect\w* refused",
        r"blocked (?:by|for|using|due|-)",
        r"not accepting (?:mail|connections) from",
        r"banned",
    ),
    Reason.POLICY: (
        r"polic(?:y|ies)\b",
        r"(?:not|un)acceptable (?:content|attachment)",
        r"prohibited",
        r"not (?:allowed|permitted) (?:by|to send)",
        r"header error",
        r"host network not allowed",
        r"attachment.{0,40}(?:not allowed|blocked|forbidden|rejected)",
        r"bad (?:mail )?from\b",
        r"you are not (?:allowed|authori[sz]ed)",
        r"denied by",
        r"violation",
        r"closed mailing list",
    ),
    Reason.SECURITY: (
        r"authentication (?:required|failed|failure|credentials|is required|turned on)",
        r"must (?:authenticate|be authenticated|issue a starttls)",
        r"unauthenticated senders",
        r"not authori[sz]ed",
        r"delivery not authori[sz]ed",
        r"encryption (?:required|needed)",
        r"\bauth(?:orization)? (?:failed|required)",
        r"starttls",
        r"certificate",
        r"\btls\b",
        r"bad username or password",
        r"sasl",
        r"verification (?:failed|failure)",
        r"cryptographic",
        r"insecure",
        r"please log ?in",
        r"pop before smtp",
        r"permission denied\b(?!.*(?:mailbox|spool|file))",
    ),
    Reason.REJECTED: (
        (
            r"sender(?:'s)? (?:\S+ )?(?:address )?(?:\S+ )?(?:is |was |has been )?(?:rejected|denied|refused|"
            r"invalid|unknown|blocked|not (?:accepted|allowed|found|exist))"
        ),
        r"(?:domain|address) of sender(?:'s)?(?: address)?",
        r"sender (?:domain|address|verif\w*|not)",
        r"from: ?domain is invalid",
        r"valid from:",
        r"purported responsible address",
        (
            r"(?:invalid|bad|unroutable|unknown|nonexist\w*) (?:sender|return path|reverse path|from address|"
            r"domain name of sender)"
        ),
        r"does not exist e2110",
        r"restrictedtorecipients",
        r"notauthorized",
        r"(?:return|sender|envelope sender) address (?:is )?(?:invalid|rejected|not)",
        r"mail from .{0,50}(?:rejected|refused|denied)",
        r"your (?:e-?mail )?address (?:has been|is|was) (?:rejected|refused|blocked)",
        r"sending to/from an address",
        r"unable to verify (?:sender|address)",
        r"(?:group|list|newsgroup)\b.{0,120}(?:not (?:exist|have)|permission|member|post)",
        r"only (?:members|subscribers) (?:can|may)",
        r"null sender",
    ),
}
