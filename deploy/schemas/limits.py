"""Writes the Swift code that holds facts to the limits in the .proto files."""

from clear_fields import HEADER
from descriptors import PACKAGE, Field, is_repeated
from domain import LEADS, OWN_FIELDS_OF_LEADS, bodies, clear_fields, member, type_of

# Values and not messages in the domain.
BARE = {"TimeAdvanced", "DuplicateReceived", "LogicVersionAdopted"}
PREDICATES = {"Predicate", "PredicateList", "PartnerCovers", "PartnerLists", "LeadIs", "LeadNumberWithin", "PartnerTierAtLeast"}


class Checks:
    """The statements that check a message, and whether there are any."""

    def __init__(self, schemas):
        self.schemas, self.found = schemas, {}

    def of(self, message):
        if message.name in self.found:
            return self.found[message.name]
        lines = self.found[message.name] = []
        for field in clear_fields(self.schemas, message):
            if field.HasField("oneof_index") and not field.proto3_optional:
                continue
            lines += self.of_field(message, field)
        return lines

    def of_field(self, message, field):
        limits, name, place = self.schemas.limits(field), member(message, field), f'"{field.name}"'
        if message.name in LEADS and field.name == "past_assignment":
            return ['if let past = pastPartnerID { try at.inside("past_assignment").id(past, "partner_id", required: true) }']
        if message.name in LEADS and field.name not in OWN_FIELDS_OF_LEADS:
            name = f"attributes.{name}"
        lines = []
        if limits is not None and limits.count_most:
            lines.append(f"try at.count({name}.count, {place}, most: {limits.count_most})")
        inner = self.schemas.message_of(field)
        if inner is not None:
            if inner.name in PREDICATES or not self.of(inner):
                return lines
            check = f"checkLimits(at.inside({place}))"
            if is_repeated(field):
                return [*lines, f"for each in {name} {{ try each.{check} }}"]
            return [*lines, f"try {name}.{check}" if self.is_always_there(message, field) else f"try {name}?.{check}"]
        if limits is None:
            return lines
        if field.type_name == ".google.protobuf.Timestamp":
            return [*lines, f"try at.moment({name}, {place})"]
        if field.type == Field.TYPE_BYTES:
            return [*lines, f"try at.bytes({name}, {place}, count: {limits.bytes})"]
        if field.type == Field.TYPE_STRING:
            return [*lines, *self.of_text(field, limits, name, place)]
        return [*lines, *self.of_number(field, limits, name, place)]

    def of_text(self, field, limits, name, place):
        if limits.one_of:
            texts = ", ".join(f'"{text}"' for text in limits.one_of)
            check = f"try at.oneOf([{texts}], {{}}, {place})"
        else:
            required = limits.required or is_repeated(field)
            at = "at.ofList" if is_repeated(field) else "at"
            check = f"try {at}.{self.schemas.text_form(field)}({{}}, {place}{', required: true' if required else ''})"
        return [f"for each in {name} {{ {check.format('each')} }}" if is_repeated(field) else check.format(name)]

    @staticmethod
    def of_number(field, limits, name, place):
        bounds = [f"{word}: {value}" for word, value in (("least", limits.least), ("most", limits.most)) if limits.HasField(word)]
        if not bounds:
            return []
        meaning = f', meaning: "{limits.meaning}"' if limits.meaning else ""
        check = f"try at.number({name}, {place}, {', '.join(bounds)}{meaning})"
        return [f"if let {name} {{ {check} }}" if field.proto3_optional else check]

    def is_always_there(self, message, field):
        """True where the domain holds the part itself and no optional."""
        is_rule = message.name == "Policy" and field.name != "starvation"
        return self.schemas.is_required(field) or is_rule or field.name == "capacity"


def limits(schemas):
    checks, rows = Checks(schemas), []
    for number, case, message in bodies(schemas, "Input"):
        lines = checks.of(message)
        if message.name in BARE and lines:
            # The case holds the one field's value itself.
            value = member(message, message.field[0])
            rows.append(f"        case .{case}(let {value}): {'; '.join(lines)}\n")
        elif lines:
            rows.append(f"        case .{case}(let fact): try fact.checkLimits(at)\n")
        else:
            rows.append(f"        case .{case}: break\n")
    parts, seen = [], set()
    for full in schemas.messages:
        message = schemas.messages[full]
        lines = checks.found.get(message.name)
        if not lines or type_of(message.name) in seen or message.name in BARE or message.name == "PastAssignment":
            continue
        seen.add(type_of(message.name))
        body = "".join(f"        {line}\n" for line in lines)
        parts.append(f"extension {type_of(message.name)} {{\n    fileprivate func checkLimits(_ at: FieldLimits) throws(LimitBreach) {{\n{body}    }}\n}}\n")
    return f"""{HEADER}// The limits in the .proto files, as checks of the core's values.

public import LeadlineCore

extension Fact {{
    /// Throws the first limit of the schema that the fact breaks, in the order of its fields.
    ///
    /// Limits bound single fields. What holds between fields is intake's to say (`FieldRules`).
    public func checkLimits() throws(LimitBreach) {{
        let at = FieldLimits()
        switch self {{
{"".join(rows)}        }}
    }}
}}

{chr(10).join(parts)}"""
