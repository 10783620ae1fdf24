"""Which Swift type of the core each message becomes, and how its fields are spelled there.

Only what does not follow from the .proto files stands here. A message that is not listed becomes the type of its own
name, a field the member of its own name; messages in BY_HAND have readers and writers that are written by hand, since
the domain holds them in another shape (Sources/LeadlineSchemas/Mapping says why, each in its place).
"""

from descriptors import PACKAGE, Field, SchemaError, choices, is_repeated, lower_camel

# Message -> Swift type, where the names differ. Messages that share a type have the same clear fields.
TYPES = {
    "LeadWithdrawn": "LeadReference", "ProcessingRestricted": "LeadReference", "ProcessingObjected": "LeadReference",
    "ErasureRequested": "LeadReference", "PartnerPaused": "PartnerReference", "PartnerResumed": "PartnerReference",
    "PartnerRemoved": "PartnerReference", "PastAssignment": "PartnerReference", "LeadAccepted": "PartnerStatement",
    "LeadDeclined": "PartnerRefusal", "LeadReturned": "PartnerRefusal", "PartnerUpserted": "PartnerProfile",
    "ResolvedTimeZone": "TimeZoneRules", "UtcOffset": "TimeZoneRules.Offset", "Evaluation": "EvaluationSummary",
    "Sla": "SLA", "PersonsLinked": "LeadPair", "PersonsUnlinked": "LeadPair", "SuppressionSet": "SuppressedAddress",
    "SuppressionLifted": "SuppressedAddress", "LeadsUnlinked": "LeadLinkStatement", "LeadsLinked": "LeadLinkStatement",
}

# Members that are spelled otherwise.
MEMBERS = {
    "IntentObserved.intent_topic": "topic", "RetentionApplied.closed_micros": "closedAt",
    "FirstResponseMet.elapsed_micros": "elapsedMicros", "UtcOffset.offset_seconds": "seconds",
    "RetentionApplied.subject_id": "subject", "ClaimChanged.account_pseudonym": "account",
}

# Numbers that the domain holds in narrower types.
NARROW = {"WorkingHours.weekday": "UInt8", "WorkingHours.from_minute": "UInt16", "WorkingHours.until_minute": "UInt16"}

# Types that start out empty and are filled member by member, and how they start.
FILLED = {name: "Self()" for name in ("FirmographicsObserved", "Capacity", "Pilot", "Exploration", "ReviewRule", "RetentionRule", "ClaimRule", "SuspensionRule", "ReturnRule", "NegotiationRule", "OfferTerms", "OfferedLead", "WaitingRule", "StarvationRule", "PlacesBackRule")}
FILLED["PartnerUpserted"] = "Self(partnerID: partnerID)"

# Enums of which the domain has an "unspecified" too; of all others it must be stated.
UNSPECIFIED = {"LawfulBasis", "RefusalReason", "AutomatedDecisionGround", "ClaimApproval", "NegotiationFallback", "PartnerMergeReason"}

# Absent and empty mean the same here, and empty is written as absent.
DEFAULTS = {
    "PartnerUpserted.capacity": "Capacity()", "OfferMade.terms": "OfferTerms()", "OfferMade.lead": "OfferedLead()",
}

# What the domain holds in another shape, so that its readers and writers are written by hand.
BY_HAND = {
    "ProgramRegistered", "HumanDecisionRecorded", "Policy", "FitWeights", "Sla", "HardRule", "Predicate",
    "PredicateList", "PartnerCovers", "PartnerLists", "LeadIs", "LeadNumberWithin", "PartnerTierAtLeast",
    "ServiceLevel", "PilotArm", "Evaluation", "TimeAdvanced", "DuplicateReceived", "LogicVersionAdopted",
    "RightRecorded", "PersonLinkChanged", "NegotiationRule",
}

# The two messages whose shared fields are the core's LeadAttributes.
LEADS = ("LeadSubmitted", "LeadUpdated")
OWN_FIELDS_OF_LEADS = {"lead_id", "past_assignment", "cleared", "declared_attributes"}


def type_of(name):
    """The Swift type of a message, by the message's short name."""
    return TYPES.get(name, name)


def member(message, field):
    """The Swift member that holds a field."""
    special = MEMBERS.get(f"{message.name}.{field.name}")
    if special:
        return special
    name = field.name.removesuffix("_micros") if is_micros(message, field) else field.name
    return swift_name(name)


def swift_name(name):
    """`into_lead_id` as Swift spells a member: intoLeadID."""
    words = name.split("_")
    return words[0] + "".join("ID" if word == "id" else "IDs" if word == "ids" else word.capitalize() for word in words[1:])


def is_micros(message, field):
    """True for moments that stand as Unix microseconds."""
    return field.name.endswith("_micros") and field.name not in ("elapsed_micros", "rate_micros")


def clear_fields(schemas, message):
    """The fields that the core sees: of inputs the clear ones, of all others every one."""
    is_input = any(schemas.clear(field) is not None or schemas.personal(field) for field in message.field)
    return [field for field in message.field if not is_input or schemas.clear(field) is not None]


def attributes(schemas):
    """The fields of LeadAttributes, by number; both messages must state them alike."""
    found = []
    for name in LEADS:
        message = schemas.messages[f"{PACKAGE}.{name}"]
        found.append([field for field in clear_fields(schemas, message) if field.name not in OWN_FIELDS_OF_LEADS])
    shapes = [[(f.name, f.number, f.type, f.label, f.type_name, schemas.since_logic(f)) for f in fields] for fields in found]
    if shapes[0] != shapes[1]:
        raise SchemaError("LeadSubmitted and LeadUpdated must share the clear fields that a lead can state, number by number")
    return found[0]


def is_word(field):
    """True for a lead's field that holds one word, which the core keeps as a code of its vocabulary."""
    return field.type == Field.TYPE_STRING and not is_repeated(field)


def words(schemas):
    return [field for field in attributes(schemas) if is_word(field)]


def bodies(schemas, name):
    """(number, case, message) of each field of the oneof of Input or Event."""
    message = schemas.messages[f"{PACKAGE}.{name}"]
    (group,) = choices(message)
    return [(f.number, lower_camel(f.name), schemas.messages[f.type_name.lstrip(".")]) for f in group]
