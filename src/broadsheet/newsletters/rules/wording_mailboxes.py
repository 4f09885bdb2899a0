"""What mail systems write of a mailbox or a domain: full, closed, moved, unknown."""

from __future__ import annotations

from broadsheet.newsletters.rules.reasons import Reason

PHRASES: dict[Reason, tuple[str, ...]] = {
    Reason.MAILBOX_FULL: (
        r"mail ?(?:box|folder|dir) (?:is |for user is |size |temporarily )*(?:is )?(?:full|exceed)",
        (
            r"(?:over|exceed\w*|out of|beyond|above|reached)\b.{0,40}\b(?:quota|storage space|storage limit|"
            r"mailbox size)"
        ),
        r"(?:quota|storage|space|mailbox).{0,30}\b(?:exceed|violat|is full|limit reached|exhaust)",
        r"mailbox full",
        r"overquota",
        r"inbox is (?:full|out of)",
        r"(?:not enough|insufficient|no) (?:disk )?space\b(?! left on device)",
        r"account (?:is full|has exceeded)",
        r"(?:user|mailbox|account|recipient) is full",
        r"disk full for user",
        r"messages in recipient's mailbox exceeded",
        r"user has too many messages",
        r"boite (?:du destinataire )?pleine",
        r"postfach (?:ist )?voll",
        r"buz[oó]n lleno",
        r"casella piena",
        r"mailbox is over",
        r"mail drop is full",
    ),
    Reason.EXCEED_LIMIT: (
        r"message size exceeds (?:fixed )?maximum(?: message size)?(?: allowed by (?:the )?recipient)?",
        r"too large for (?:this|the) (?:recipient|mailbox)",
        r"exceeds the maximum size.{0,30}recipient",
    ),
    Reason.HAS_MOVED: (
        r"\bhas (?:moved|been replaced|changed)\b.{0,40}",
        r"not our user",
        r"address (?:is )?(?:no longer|has changed)",
        r"user not local",
        r"please (?:try|use) (?:the )?(?:new|forward)",
        r"mailbox has moved",
        r"recipient moved",
    ),
    Reason.SUSPEND: (
        (
            r"(?:account|mailbox|user|recipient|address|mail ?box)(?:'s)?\b.{0,60}\b(?:disabled|suspended|"
            r"inactive|inactivated|deactivated|frozen|locked|closed|discontinued|terminated|expired|not active|"
            r"cancell?ed|dormant)"
        ),
        (
            r"(?:disabled|suspended|inactive|deactivated|expired|frozen|closed) (?:account|mailbox|user|recipient|"
            r"address|e-?mail)"
        ),
        r"not active\b",
        r"account has been",
        r"user (?:is )?(?:suspended|disabled|inactive)",
        r"temporarily (?:locked|disabled)",
        r"service (?:has been )?(?:stopped|suspended) for",
        r"mailbox unavailable or access denied",
    ),
    Reason.NOT_ACCEPT: (
        r"no mx record",
        r"null ?mx",
        r"does not (?:accept|receive) (?:any )?(?:e-?mail|mail)",
        r"(?:host|domain|server) (?:does not|doesn't|never) accepts? (?:mail|e-?mail|messages)",
        r"smtp protocol returned a permanent error.{0,40}521",
        r"not accept\w* (?:any )?(?:mail|messages)\b(?! from)",
        r"no smtp service",
        r"mail server does not accept",
    ),
    Reason.HOST_UNKNOWN: (
        (
            r"(?:host|domain)(?: name| or domain)?(?: name)? (?:is )?(?:unknown|not found|not known|invalid|"
            r"does not exist|doesn't exist|lookup failed)\b(?!.{0,30}lookup failure)"
        ),
        (
            r"(?:unknown|invalid|illegal|no such|bad|unrouteable|unroutable|nonexistent|non-existent) (?:host|"
            r"domain|host/domain|mail domain|destination domain)"
        ),
        r"host/domain name found",
        r"\bnxdomain\b",
        r"(?:host|domain|server) (?:name )?(?:could|can) ?not be (?:found|resolved)",
        r"couldn't find any host",
        r"recipient (?:address )?rejected: domain not found",
        r"the account or domain may not exist",
        r"name or service not known",
        r"all relevant mx records point to non-existent",
        r"(?:^|[\s:])(?!\S*@)[a-z0-9-]+(?:\.[a-z0-9-]+)+ (?:does not|doesn't) exist",
        r"unrouteable (?:mail )?domain",
        r"cannot find (?:the )?(?:host|domain|route)",
        r"domain mentioned in email address",
        r"host not found",
        r"unresolvable",
        r"hostname.{0,20}not found",
    ),
}


# There is no such reader: said so plainly that nothing else can be meant.
SURELY_UNKNOWN = (
    r"user unknown",
    r"unknown (?:local )?user",
    r"no such (?:user|mailbox|recipient|account|address|person)\b",
    r"unknown recipient",
    r"recipient (?:is )?unknown",
    r"(?:user|recipient|mailbox|account) (?:was )?not found",
    r"unknown or illegal user",
    r"no mailbox here by that name",
    r"user (?:does )?not exist",
    r"invalid recipient",
    r"mailbox (?:does not|doesn't) exist",
    r"(?:account|user) that you tried to reach does not exist",
    r"not listed in (?:public|domino)",
)


# The same, in words that others use for something else: asked last.
USER_UNKNOWN = (
    (
        r"(?:user|recipient|account|mailbox|address|addressee|mail ?box|subscriber|"
        r"customer)(?: name)?(?: \S+)? (?:is |was |has |are )?(?:been )?(?:unknown|not (?:found|exist|known|"
        r"valid|recognized|listed|in|a valid|available|here|delivered)|does ?n[o']t exist|invalid|"
        r"non-?existent|unrouteable)"
    ),
    (
        r"(?:unknown|invalid|no such|nonexistent|non-existent|illegal|bad|undefined|unrouteable|unroutable|"
        r"unresolvable|incorrect|wrong) (?:local |or illegal |or invalid |email |e-mail |mail |"
        r"destination )?(?:user|recipient|account|mailbox|addres\w*|alias|local[- ]?part|destination|person|"
        r"name|id|rcpt)"
    ),
    r"user unknown",
    r"unknown user",
    (
        r"no (?:such|mailbox|account|valid|recipient)\b.{0,30}(?:user|recipient|mailbox|address|person|"
        r"account|here|found|name|exist|virtual)"
    ),
    r"no mailbox here",
    r"mailbox (?:unavailable|not found|does not exist|not available)",
    r"(?:does|do|did) ?n[o']t (?:exist|have an? (?:mailbox|account))\b",
    r"doesn't have an? \S+ account",
    r"not (?:a )?(?:known|valid|local|existing|listed|our) (?:user|recipient|mailbox|address|account|customer|in)",
    r"not listed in (?:public|domino|the)",
    (
        r"recipient (?:name |address )?(?:is not recognized|rejected: (?:user|unknown|no such|undeliver|"
        r"invalid|mailbox|recipient|access denied))"
    ),
    (
        r"(?:couldn't|could not|can't|cannot|unable to) (?:find|locate|verify|be found).{0,30}(?:user|"
        r"recipient|mailbox|address|account)"
    ),
    r"adresse? (?:d'au|d au|inconnue?|invalide)",
    r"destinataire (?:est )?(?:inconnu|invalide|introuvable|inexistant)",
    r"utilisateur inconnu",
    r"(?:empf[äa]nger|benutzer|adresse|postfach) (?:ist )?(?:unbekannt|nicht gefunden|existiert nicht)",
    r"usuario (?:desconocido|no existe)",
    r"destinat[aá]rio",
    r"wasn't found",
    r"address couldn't be found",
    r"no one by that name",
    r"delivery to the following recipients? failed: unknown",
    r"this address no longer",
    r"recipient not found",
    r"unrouteable address",
    r"address rejected",
    r"dosn't exist",
    r"user not exist",
)


# A reader, or a filter of theirs, did not want it.
FILTERED = (
    r"refuses? to receive",
    r"recipient (?:preferences|refused|has refused|reject)",
    r"(?:only|does not) accept\w* (?:mail|e-?mail|messages) from (?:specific|known|people)",
    r"protected by",
    r"restricted",
    r"not accepting (?:any )?mail",
    r"user reject",
    r"is not accepting",
    r"filter(?:ed)? (?:by|out)",
    r"rejected by (?:the )?(?:recipient|user)",
    r"blocked by (?:the )?(?:recipient|user)",
    r"bounced address",
)
