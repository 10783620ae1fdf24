"""Writes JSON Schema 2020-12 for the proto3 JSON form of a message."""

from descriptors import PACKAGE, Field, SchemaError, choices, is_repeated, lower_camel
from iso import country_pattern, currency_pattern

DIALECT = "https://json-schema.org/draft/2020-12/schema"
BASE = "https://leadline.example/schemas/"
ID = "^[A-Za-z0-9._:-]{1,128}$"

# What each form of text is in JSON Schema. Both count characters; what a schema refuses, intake refuses too.
FORMS = {
    "id": {"pattern": ID}, "word": {"pattern": "^[^\\u0000-\\u001f\\u007f@]*$", "maxLength": 128},
    "country": {"pattern": country_pattern()}, "language": {"pattern": "^[a-z]{2,3}$"},
    "currency": {"pattern": currency_pattern()},
    "hash": {"pattern": "^[0-9a-f]{32}$"},
    # The length of months is intake's to check.
    "date": {"pattern": "^(199[0-9]|20[0-9]{2}|21[0-9]{2})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"},
}

# Any other text: JSON that holds a NUL anywhere is refused.
FREE_TEXT = {"pattern": "^[^\\u0000]*$"}

SMALL = {Field.TYPE_INT32: (-2**31, 2**31 - 1), Field.TYPE_SINT32: (-2**31, 2**31 - 1), Field.TYPE_UINT32: (0, 2**32 - 1)}
LARGE = {Field.TYPE_INT64: -2**63, Field.TYPE_SINT64: -2**63, Field.TYPE_UINT64: 0}
PLAIN = {Field.TYPE_STRING: {"type": "string"}, Field.TYPE_BOOL: {"type": "boolean"}, Field.TYPE_DOUBLE: {"type": "number"},
         Field.TYPE_FLOAT: {"type": "number"}, Field.TYPE_BYTES: {"type": "string", "contentEncoding": "base64"}}


def is_id(name):
    return name.rstrip("s").endswith("_id")


def whole_number(low, high):
    """A pattern for the digits of a number, which begin with 0 only where that is all. Bounds are the type's own, 0 or 1,
    and powers of ten."""
    def digits(most):
        return f"[1-9][0-9]{{0,{most - 1}}}"

    if low < 0:
        return f"-?(0|{digits(19)})"
    zero = "" if low == 1 else "0|"
    if high is None:
        return f"({zero}{digits(20)})" if zero else digits(20)
    zeros = len(str(high)) - 1
    if low not in (0, 1) or high != 10 ** zeros:
        raise SchemaError(f"{low} to {high}: such bounds of a 64-bit number have no pattern")
    return f"({zero}{digits(zeros)}|{high})"


class JSONSchemas:
    """Schemas of messages and enums, referring to each other under `prefix`."""

    def __init__(self, schemas, prefix):
        self.schemas, self.prefix = schemas, prefix

    def of_message(self, message):
        properties = {lower_camel(f.name): self.of_field(message, f) for f in message.field}
        schema = {"title": message.name, "description": self.schemas.comment(message.name), "type": "object",
                  "properties": properties}
        chosen = {f.name for group in choices(message) for f in group}
        required = [lower_camel(f.name) for f in message.field if self.schemas.is_required(f) and f.name not in chosen]
        if required:
            schema["required"] = required
        groups = [{"oneOf": [{"required": [lower_camel(f.name)]} for f in group]} for group in choices(message)]
        if len(groups) > 1:
            schema["allOf"] = groups
        elif groups:
            schema.update(groups[0])
        return schema

    def of_field(self, message, field):
        value = self.of_value(field)
        if is_repeated(field):
            value = {"type": "array", "items": value}
            limits = self.schemas.limits(field)
            if limits is not None and limits.count_most:
                value["maxItems"] = limits.count_most
        if "$ref" in value:
            # Beside a $ref, some readers of AsyncAPI documents ignore every other keyword.
            value = {"allOf": [value]}
            if self.must_choose(field):
                value["not"] = {"const": self.schemas.enums[field.type_name.lstrip(".")].value[0].name}
        value = {"description": self.schemas.field_comment(message, field), **value}
        for name, found in (("x-clear", self.schemas.clear(field)), ("x-personal-data", self.schemas.personal(field))):
            if found is not None:
                value[name] = found
        return value

    def must_choose(self, field):
        """True for one choice that has to be made: proto3's first value says that it was not."""
        return field.type == Field.TYPE_ENUM and not is_repeated(field) and self.schemas.is_required(field)

    def of_value(self, field):
        name, limits = field.type_name.lstrip("."), self.schemas.limits(field)
        if name == "google.protobuf.Timestamp":
            return {"type": "string", "format": "date-time"}
        if field.type in (Field.TYPE_MESSAGE, Field.TYPE_ENUM):
            return {"$ref": self.prefix + name.removeprefix(PACKAGE + ".")}
        least = limits.least if limits is not None and limits.HasField("least") else None
        most = limits.most if limits is not None and limits.HasField("most") else None
        if field.type in SMALL:
            low, high = SMALL[field.type]
            return {"type": "integer", "minimum": low if least is None else least, "maximum": high if most is None else most}
        if field.type in LARGE:
            return self.large(LARGE[field.type] if least is None else least, most)
        if field.type == Field.TYPE_STRING:
            return {"type": "string", **self.of_text(field, limits)}
        if field.type == Field.TYPE_BYTES and limits is not None and limits.bytes:
            # Four characters for every three bytes, the last group filled up with "=", or not.
            groups, rest = divmod(limits.bytes, 3)
            ends = ["", "[A-Za-z0-9+/_-]{2}(==)?", "[A-Za-z0-9+/_-]{3}=?"][rest]
            return {**PLAIN[field.type], "pattern": f"^[A-Za-z0-9+/_-]{{{4 * groups}}}{ends}$"}
        return PLAIN[field.type]

    def of_text(self, field, limits):
        """Keywords for a text. One that may be left out may also be empty, proto3's other way to leave it out."""
        if limits is not None and limits.one_of:
            return {"enum": list(limits.one_of)}
        form = self.schemas.text_form(field)
        if form is None:
            # Ids in what Leadline publishes need no limits to be ids.
            if is_id(field.name):
                return FORMS["id"]
            return {**FREE_TEXT, "minLength": 1} if limits is not None and limits.required else FREE_TEXT
        rule = dict(FORMS[form])
        if form == "word":
            return {**rule, "minLength": 1} if limits.required or is_repeated(field) else rule
        if not limits.required and not is_repeated(field) and not field.HasField("oneof_index"):
            rule["pattern"] = f"^({rule['pattern'][1:-1]})?$"
        return rule

    @staticmethod
    def large(low, high):
        # Proto3 JSON writes 64-bit integers as strings, since many readers hold numbers as doubles.
        whole = {"type": "integer"}
        if low != -2**63:
            whole["minimum"] = low
        if high is not None:
            whole["maximum"] = high
        return {"anyOf": [{"type": "string", "pattern": f"^{whole_number(low, high)}$"}, whole]}

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
