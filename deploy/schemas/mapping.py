"""Writes the Swift readers and writers of messages that the core holds as they are, and the tables of facts and events."""

from clear_fields import HEADER
from descriptors import PACKAGE, Field, is_repeated
from domain import (BY_HAND, DEFAULTS, FILLED, LEADS, NARROW, OWN_FIELDS_OF_LEADS, UNSPECIFIED, attributes, bodies,
                    clear_fields, is_micros, member, swift_name, type_of, words)

PLAIN = {Field.TYPE_STRING: ("String", '""', "string", "string"), Field.TYPE_BOOL: ("Bool", "false", "bool", "bool"),
         Field.TYPE_UINT32: ("UInt32", "0", "uint32", "uint"), Field.TYPE_UINT64: ("UInt64", "0", "uint64", "uint"),
         Field.TYPE_INT64: ("Int64", "0", "int64", "int"), Field.TYPE_INT32: ("Int32", "0", "int32", "int"),
         Field.TYPE_DOUBLE: ("Double", "0", "double", "double")}


class Member:
    """One field: how it is declared, read, handed over and written."""

    def __init__(self, message, field, required=False):
        self.field, self.name = field, member(message, field)
        self.place = f"{message.name}.{field.name}"
        self.kind = field.type_name.rpartition(".")[2]
        self.is_required = required
        self.is_micros = is_micros(message, field)
        self.optional = field.proto3_optional

    def declaration(self):
        """A local to read into; several in registers cost less than one large value filled in place."""
        name, narrow = self.name, NARROW.get(self.place)
        if is_repeated(self.field):
            element = "String" if self.field.type == Field.TYPE_STRING else type_of(self.kind)
            return f"var {name}: [{element}] = []"
        if self.field.type == Field.TYPE_MESSAGE:
            default = DEFAULTS.get(self.place)
            return f"var {name} = {default}" if default else f"var {name}: {type_of(self.kind)}?"
        if self.field.type == Field.TYPE_ENUM:
            return f"var {name} = {self.kind}.unspecified" if self.kind in UNSPECIFIED else f"var {name}: {self.kind}?"
        if self.field.type == Field.TYPE_BYTES:
            return f"var {name}: Digest128?" if self.is_digest else f"var {name}: [UInt8] = []"
        if self.is_micros:
            return f"var {name}: Timestamp?" if self.optional else f"var {name} = Timestamp.epoch"
        kind, zero, _, _ = PLAIN[self.field.type]
        if self.optional:
            return f"var {name}: {kind}?"
        if self.field.type in (Field.TYPE_STRING, Field.TYPE_BOOL):
            return f"var {name} = {zero}"
        return f"var {name}: {narrow or kind} = {zero}"

    @property
    def is_digest(self):
        return self.field.type == Field.TYPE_BYTES and self.field.name in ("subject_id", "account_pseudonym")

    def reading(self):
        if self.field.type == Field.TYPE_MESSAGE:
            value = f'try reader.message("{self.field.name}")'
        elif self.field.type == Field.TYPE_ENUM:
            value = f'try reader.choice("{self.field.name}")'
        elif self.field.type == Field.TYPE_BYTES:
            value = f'try reader.{"digest" if self.is_digest else "bytes"}("{self.field.name}")'
        elif self.place in NARROW:
            value = f'try reader.narrow("{self.field.name}")'
        else:
            value = f'try reader.{PLAIN[self.field.type][2]}("{self.field.name}")'
            value = f"Timestamp(micros: {value})" if self.is_micros else value
        return f"{self.name}.append({value})" if is_repeated(self.field) else f"{self.name} = {value}"

    def value(self):
        """The local as it is handed over."""
        if self.field.type == Field.TYPE_ENUM and self.kind not in UNSPECIFIED and not is_repeated(self.field):
            return f'try stated({self.name}, "{self.field.name}")'
        if self.field.type == Field.TYPE_MESSAGE and self.is_required:
            return f'try required({self.name}, "{self.field.name}")'
        return self.name

    def writing(self, owner=""):
        name, number = owner + self.name, self.field.number
        if is_repeated(self.field):
            return f"writer.{'strings' if self.field.type == Field.TYPE_STRING else 'messages'}({number}, {name})"
        if self.field.type == Field.TYPE_MESSAGE:
            default = DEFAULTS.get(self.place)
            return (f"if {name} != {default} {{ " if default else "") + f"writer.message({number}, {name})" + (" }" if default else "")
        if self.field.type == Field.TYPE_ENUM:
            return f"writer.choice({number}, {name})"
        if self.field.type == Field.TYPE_BYTES:
            return f"writer.{'digest' if self.is_digest else 'bytes'}({number}, {name})"
        call, value = PLAIN[self.field.type][3], name
        if self.place in NARROW:
            value = f"UInt32({name})"
        elif self.field.type == Field.TYPE_INT32:
            value = f"Int64({name})"
        elif self.is_micros:
            value = f"{name}.micros"
        if self.optional:
            return f"if let {name} {{ writer.{call}({number}, {value}, always: true) }}"
        return f"writer.{call}({number}, {value})"


def members(schemas, message):
    return [Member(message, field, schemas.is_required(field)) for field in clear_fields(schemas, message)]


def reader(head, fields, result):
    cases = "".join(f"            case {m.field.number}: {m.reading()}\n" for m in fields)
    locals_ = "".join(f"        {m.declaration()}\n" for m in fields)
    return f"""{head}    static func read(from reader: inout WireReader) throws(WireError) -> Self {{
{locals_}        while let field = try reader.next() {{
            switch field {{
{cases}            default: try reader.skip()
            }}
        }}
{result}    }}
"""


def wrapped(call, arguments):
    """`call(arguments)` in lines of at most 120 columns."""
    one = f"        {call}({', '.join(arguments)})\n"
    if len(one) <= 121:
        return one
    lines, current = [], "            "
    for index, argument in enumerate(arguments):
        piece = argument + (", " if index < len(arguments) - 1 else ")")
        if len(current) + len(piece.rstrip()) > 120:
            lines.append(current.rstrip())
            current = "            "
        current += piece
    return f"        {call}(\n" + "\n".join([*lines, current]) + "\n"


def codec(schemas, message):
    fields = members(schemas, message)
    if message.name in FILLED:
        start = FILLED[message.name]
        filled = "".join(f"        value.{m.name} = {m.value()}\n" for m in fields if f"{m.name}: {m.name}" not in start)
        result = f"        var value = {start}\n{filled}        return value\n"
    else:
        result = wrapped("return Self", [f"{m.name}: {m.value()}" for m in fields])
    writes = "".join(f"        {m.writing()}\n" for m in fields)
    name = type_of(message.name)
    note = f"/// Message `{message.name}`.\n" if name != message.name else ""
    return (f"{note}extension {name}: WireMessage {{\n" + reader("", fields, result)
            + f"\n    func write(to writer: inout WireWriter) {{\n{writes}    }}\n}}\n")


def lead_codec(schemas, message):
    """A lead's message: its own fields, and among them by their numbers those of its attributes."""
    fields = members(schemas, message)
    shared = [m for m in fields if m.field.name not in OWN_FIELDS_OF_LEADS]
    past = next((m for m in fields if m.field.name == "past_assignment"), None)
    result = "        var attributes = LeadAttributes()\n"
    result += "".join(f"        attributes.{m.name} = {m.value()}\n" for m in shared)
    handed = ["leadID: leadID", "attributes: attributes"] + (["pastPartnerID: pastAssignment?.partnerID"] if past else [])
    own = [m.field.name for m in fields]
    handed += [f"{swift}: {swift}" for name, swift in (("cleared", "cleared"), ("declared_attributes", "declaredAttributes"))
               if name in own]
    result += wrapped("return Self", handed)
    lines = []
    for m in fields:
        if m is past:
            lines.append(f"writer.message({m.field.number}, pastPartnerID.map(PartnerReference.init(partnerID:)))")
        else:
            lines.append(m.writing("attributes." if m in shared else ""))
    writes = "".join(f"        {line}\n" for line in lines)
    return (f"extension {message.name}: WireMessage {{\n" + reader("", fields, result)
            + f"\n    func write(to writer: inout WireWriter) {{\n{writes}    }}\n}}\n")


def held(schemas):
    """Every message that the core holds, one for each Swift type, in the order of declaration."""
    found, seen = [], set()
    reached = set()

    def reach(message):
        if message.name in reached:
            return
        reached.add(message.name)
        for field in clear_fields(schemas, message):
            if schemas.message_of(field) is not None:
                reach(schemas.message_of(field))

    for _, _, message in bodies(schemas, "Input") + bodies(schemas, "Event"):
        reach(message)
    reach(schemas.messages[f"{PACKAGE}.ResolvedTimeZone"])
    for message in schemas.messages.values():
        if message.name in reached and message.name not in BY_HAND and type_of(message.name) not in seen:
            seen.add(type_of(message.name))
            found.append(message)
    return found


def mappings(schemas):
    parts = [lead_codec(schemas, m) if m.name in LEADS else codec(schemas, m) for m in held(schemas)]
    return (HEADER + "// Messages to and from the core's values, one after the other as the .proto files declare them.\n\n"
            "import LeadlineCore\n\n" + "\n".join(parts))


# MARK: tables

# Facts that hold a bare value.
BARE = {"timeAdvanced": ("let through", "writer.int(1, through.micros)", "try timeAdvanced(&reader)"),
        "duplicateReceived": (None, "break", "try duplicateReceived(&reader)"),
        "logicVersionAdopted": ("let version", "writer.uint(1, version)", "try logicVersionAdopted(&reader)")}


def table(what, rows):
    """The codec's switches over the fields of a oneof. `what` is "Fact" or "Event"."""
    name = what.lower()
    numbers = "".join(f"        case .{case}: {number}\n" for number, case, _ in rows)
    writes = "".join(
        (f"        case .{case}{f'({BARE[case][0]})' if BARE[case][0] else ''}: {BARE[case][1]}\n" if case in BARE
         else f"        case .{case}(let {name}): {name}.write(to: &writer)\n") for _, case, _ in rows)
    reads = "".join(f"        case {number}: {BARE[case][2]}\n" if case in BARE
                    else f"        case {number}: .{case}(try {type_of(m.name)}.read(from: &reader))\n"
                    for number, case, m in rows)
    body = "Input" if what == "Fact" else "Event"
    known = ", ".join(ranges([number for number, _, _ in rows]))
    return f"""extension {what}Codec {{
    /// True if `{body}.body` has a message of this number.
    public static func isBody(_ field: Int) -> Bool {{
        switch field {{
        case {known}: true
        default: false
        }}
    }}

    /// The {name}'s field number in `{body}.body`.
    public static func bodyField(of {name}: {what}) -> Int {{
        switch {name} {{
{numbers}        }}
    }}

    /// Appends the {name}'s own message.
    static func write(_ {name}: {what}, to writer: inout WireWriter) {{
        switch {name} {{
{writes}        }}
    }}

    /// Reads the {name}'s own message.
    static func read(_ bodyField: Int, from reader: inout WireReader) throws(WireError) -> {what} {{
        switch bodyField {{
{reads}        default: throw WireError(.unknownBody)
        }}
    }}
}}
"""


def ranges(numbers):
    found, start, last = [], None, None
    for number in [*sorted(numbers), None]:
        if start is not None and number != last + 1:
            found.append(str(start) if start == last else f"{start}...{last}")
            start = number
        start, last = (number if start is None else start), number
    return found


def body_tables(schemas):
    events = bodies(schemas, "Event")
    cases = "".join(f"    /// {schemas.comment(m.name)}\n    case {case} = {number}\n" for number, case, m in events)
    names = "".join(f'        case .{case}: "{PACKAGE}.{m.name}"\n' for _, case, m in events)
    kinds = "".join(f"        case .{case}: .{case}\n" for _, case, _ in events)
    return f"""{HEADER}// Which message stands under which number in an entry.

public import LeadlineCore

{table("Fact", bodies(schemas, "Input"))}
{table("Event", events)}
/// Every message that `leadline.decisions` carries; the raw value is its field number in `Event.body`.
public enum EventKind: Int, Hashable, Sendable, CaseIterable {{
{cases}
    /// The kind of an event.
    public init(_ event: Event) {{
        self = switch event {{
{kinds}        }}
    }}

    /// Full protobuf name, which is also the CloudEvents type, e.g. "leadline.v1.LeadAssigned".
    public var fullName: String {{
        switch self {{
{names}        }}
    }}
}}
"""


# MARK: the lead's words

def lead_words(schemas):
    """LeadAttributes for the core, and the words among them."""
    fields, found = attributes(schemas), words(schemas)
    message = schemas.messages[f"{PACKAGE}.LeadSubmitted"]
    declared = []
    for field in fields:
        m = Member(message, field)
        line = m.declaration()
        declared.append(f"    /// {schemas.comment('LeadSubmitted', field.name)}\n    public {line}\n")
    cases = "".join(f"    /// {schemas.comment('LeadSubmitted', f.name)}\n    case {swift_name(f.name)}\n" for f in found)
    get = "".join(f"        case .{swift_name(f.name)}: {swift_name(f.name)}\n" for f in found)
    names = "".join(f'        case .{swift_name(f.name)}: "{f.name}"\n' for f in found)
    since = "".join(f"        case .{swift_name(f.name)}: {schemas.since_logic(f)}\n" for f in found)
    codes = "".join(f"    var {swift_name(f.name)} = Vocabulary.none\n" for f in found)

    def subscript(kind, access):
        gets = "".join(f"            case .{swift_name(f.name)}: {swift_name(f.name)}\n" for f in found)
        sets = "".join(f"            case .{swift_name(f.name)}: {swift_name(f.name)} = newValue\n" for f in found)
        return f"""    {access}subscript(_ word: LeadWord) -> {kind} {{
        get {{
            switch word {{
{gets}            }}
        }}
        set {{
            switch word {{
{sets}            }}
        }}
    }}
"""
    return f"""{HEADER}/// The part of a lead that decisions are made on. Empty strings and lists and zero mean "not stated".
public struct LeadAttributes: Sendable, Equatable {{
{"".join(declared)}    public init() {{}}

    /// A word that is stated; empty where it is not.
{subscript("String", "public ")}}}

/// A field of a lead that holds one word. In the order of its number on the wire, which never changes.
public enum LeadWord: UInt8, Sendable, CaseIterable {{
{cases}
    /// Its name in the schema.
    public var name: String {{
        switch self {{
{names}        }}
    }}

    /// The first logic version that knows it; under earlier ones it is as if it had not been said.
    public var sinceLogic: UInt32 {{
        switch self {{
{since}        }}
    }}
}}

/// A lead's words as codes of the vocabulary; `Vocabulary.none` for what is not stated.
struct LeadWords: Sendable, Equatable {{
{codes}
{subscript("Vocabulary.Code", "")}}}
"""


def wire_words(schemas):
    """The same words on the generated message, for the import."""
    found = words(schemas)
    sets = "".join(f"            case .{swift_name(f.name)}: {swift_name(f.name)} = newValue\n" for f in found)
    gets = "".join(f"            case .{swift_name(f.name)}: {swift_name(f.name)}\n" for f in found)
    return f"""{HEADER}public import LeadlineCore

extension WireLeadSubmitted {{
    /// A word of the lead; empty where it is not stated.
    public subscript(_ word: LeadWord) -> String {{
        get {{
            switch word {{
{gets}            }}
        }}
        set {{
            switch word {{
{sets}            }}
        }}
    }}
}}
"""
