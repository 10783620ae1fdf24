"""Writes JSON Schema 2020-12 for the proto3 JSON form of a message."""

from descriptors import PACKAGE, Field, choices, is_repeated, lower_camel

DIALECT = "https://json-schema.org/draft/2020-12/schema"
BASE = "https://leadline.example/schemas/"
ID = "^[A-Za-z0-9._:-]{1,128}$"

# What intake refuses to miss, beyond the exactly-one rule of every oneof.
REQUIRED = {
    "LeadSubmitted": ["lead_id"], "LeadUpdated": ["lead_id"], "LeadWithdrawn": ["lead_id"],
    "IntentObserved": ["account_domain", "intent_topic"], "FirmographicsObserved": ["account_domain"],
    "TechnographicsObserved": ["account_domain"],
    "LeadAccepted": ["lead_id", "partner_id"], "LeadDeclined": ["lead_id", "partner_id"],
    "FirstResponseRecorded": ["lead_id", "partner_id"], "DealStageChanged": ["lead_id", "partner_id"],
    "DealWon": ["lead_id", "partner_id"], "DealLost": ["lead_id", "partner_id"],
    "PartnerUpserted": ["partner_id"], "PartnerCapacitySet": ["partner_id", "capacity"], "PartnerPaused": ["partner_id"],
    "PartnerResumed": ["partner_id"], "PartnerRemoved": ["partner_id"],
    "PartnerAbsenceSet": ["partner_id", "absence_id", "from", "until"],
    "PartnerAbsenceCancelled": ["partner_id", "absence_id"], "PartnerCommissionTermsSet": ["partner_id"],
    "ProgramRegistered": ["currency"], "LogicVersionAdopted": ["logic_version"], "PolicyPublished": ["policy"], "ReviewRequested": ["lead_id"],
    "HumanDecisionRecorded": ["lead_id"], "ProcessingRestricted": ["lead_id"], "ProcessingObjected": ["lead_id"],
    "ErasureRequested": ["lead_id"],
    "SegmentArchived": ["next_position", "root", "chain_link", "state_hash", "archive_digest"],
    "Money": ["currency"], "PastAssignment": ["partner_id"], "WorkingHours": ["weekday", "until_minute"],
    "HardRule": ["name", "require"], "ExchangeRate": ["currency"],
}

# What the comments say about values, by "Message.field" or, where it holds everywhere, by "field".
# A pattern on a field that may be absent also allows the empty string, proto3's other way to say so.
LIMITS = {
    "currency": {"pattern": "^[A-Z]{3}$"}, "country": {"pattern": "^([A-Z]{2})?$"},
    "language": {"pattern": "^([a-z]{2})?$"},
    "PartnerUpserted.countries": {"pattern": "^[A-Z]{2}$"}, "PartnerUpserted.languages": {"pattern": "^[a-z]{2}$"},
    "PolicyPublished.version": {"pattern": "^([0-9a-f]{32})?$"},
    "Money.minor_units": {"minimum": 0}, "Policy.default_deal_value_minor_units": {"minimum": 0},
    "ExchangeRate.rate_micros": {"minimum": 0},
    "IntentObserved.strength_percent": {"maximum": 100},
    "WorkingHours.weekday": {"minimum": 1, "maximum": 7}, "WorkingHours.from_minute": {"maximum": 1439},
    "WorkingHours.until_minute": {"minimum": 1, "maximum": 1440},
    "rate_basis_points": {"maximum": 10000}, "minimum_conversion_basis_points": {"maximum": 10000},
    "prior_win_rate_basis_points": {"maximum": 10000},
}

SMALL = {Field.TYPE_INT32: (-2**31, 2**31 - 1), Field.TYPE_SINT32: (-2**31, 2**31 - 1), Field.TYPE_UINT32: (0, 2**32 - 1)}
LARGE = {Field.TYPE_INT64: -2**63, Field.TYPE_SINT64: -2**63, Field.TYPE_UINT64: 0}
PLAIN = {Field.TYPE_STRING: {"type": "string"}, Field.TYPE_BOOL: {"type": "boolean"}, Field.TYPE_DOUBLE: {"type": "number"},
         Field.TYPE_FLOAT: {"type": "number"}, Field.TYPE_BYTES: {"type": "string", "contentEncoding": "base64"}}


def is_id(name):
    return name.rstrip("s").endswith("_id")


class JSONSchemas:
    """Schemas of messages and enums, referring to each other under `prefix`."""

    def __init__(self, schemas, prefix):
        self.schemas, self.prefix = schemas, prefix

    def of_message(self, message):
        properties = {lower_camel(f.name): self.of_field(message, f) for f in message.field}
        schema = {"title": message.name, "description": self.schemas.comment(message.name), "type": "object",
                  "properties": properties}
        required = [lower_camel(name) for name in REQUIRED.get(message.name, [])]
        if required:
            schema["required"] = required
        groups = [{"oneOf": [{"required": [lower_camel(f.name)]} for f in group]} for group in choices(message)]
        if len(groups) > 1:
            schema["allOf"] = groups
        elif groups:
            schema.update(groups[0])
        return schema

    def of_field(self, message, field):
        limits = {**LIMITS.get(field.name, {}), **LIMITS.get(f"{message.name}.{field.name}", {})}
        value = self.of_value(field, limits)
        if is_repeated(field):
            value = {"type": "array", "items": value}
        if "$ref" in value:
            # Beside a $ref, some readers of AsyncAPI documents ignore every other keyword.
            value = {"allOf": [value]}
        value = {"description": self.schemas.field_comment(message, field), **value}
        for name, found in (("x-clear", self.schemas.clear(field)), ("x-personal-data", self.schemas.personal(field))):
            if found is not None:
                value[name] = found
        return value

    def of_value(self, field, limits):
        name = field.type_name.lstrip(".")
        if name == "google.protobuf.Timestamp":
            return {"type": "string", "format": "date-time"}
        if field.type in (Field.TYPE_MESSAGE, Field.TYPE_ENUM):
            return {"$ref": self.prefix + name.removeprefix(PACKAGE + ".")}
        if field.type in SMALL:
            low, high = SMALL[field.type]
            return {"type": "integer", "minimum": limits.get("minimum", low), "maximum": limits.get("maximum", high)}
        if field.type in LARGE:
            return self.large(limits.get("minimum", LARGE[field.type]))
        if field.type == Field.TYPE_STRING and is_id(field.name):
            return {"type": "string", "pattern": ID}
        return {**PLAIN[field.type], **limits}

    @staticmethod
    def large(low):
        # Proto3 JSON writes 64-bit integers as strings, since many readers hold numbers as doubles.
        whole = {"type": "integer"} if low == -2**63 else {"type": "integer", "minimum": low}
        return {"anyOf": [{"type": "string", "pattern": "^-?[0-9]{1,19}$" if low < 0 else "^[0-9]{1,20}$"}, whole]}

    def of_enum(self, enum):
        values = "\n".join(f"- `{v.name}`: {self.schemas.comment(enum.name, v.name)}" for v in enum.value)
        return {"title": enum.name, "description": f"{self.schemas.comment(enum.name)}\n{values}", "type": "string",
                "enum": [value.name for value in enum.value]}

    def reached(self, message):
        """Names of all messages and enums that the message holds, itself left out unless it recurs."""
        found, open_names = set(), [f"{PACKAGE}.{message.name}"]
        while open_names:
            current = self.schemas.messages.get(open_names.pop())
            for field in current.field if current is not None else ():
                name = field.type_name.lstrip(".")
                if name.startswith(PACKAGE + ".") and name not in found:
                    found.add(name)
                    open_names.append(name)
        return sorted(found)

    def of_name(self, full_name):
        if full_name in self.schemas.enums:
            return self.of_enum(self.schemas.enums[full_name])
        return self.of_message(self.schemas.messages[full_name])


def document(schemas, message):
    """A self-contained schema for one message."""
    writer = JSONSchemas(schemas, "#/$defs/")
    result = {"$schema": DIALECT, "$id": f"{BASE}{PACKAGE}.{message.name}.schema.json", **writer.of_message(message)}
    inner = {name.removeprefix(PACKAGE + "."): writer.of_name(name) for name in writer.reached(message)}
    if inner:
        result["$defs"] = inner
    return result
