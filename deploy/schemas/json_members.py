"""Writes the Swift table by which enum values in JSON are found before unknown members are passed over."""

from clear_fields import HEADER
from descriptors import Field


def reachable(schemas):
    """Input messages and the messages that they hold, by name."""
    found = {}

    def reach(message):
        if message.name not in found:
            found[message.name] = message
            for field in message.field:
                if schemas.message_of(field) is not None:
                    reach(schemas.message_of(field))

    for _, message in schemas.inputs():
        reach(message)
    return found


def json_members(schemas):
    members, enums = [], set()
    for name, message in sorted(reachable(schemas).items()):
        for field in message.field:
            spellings = ", ".join(f'"{name}.{spelling}"' for spelling in dict.fromkeys([field.json_name, field.name]))
            inner = field.type_name.rpartition(".")[2]
            if field.type == Field.TYPE_ENUM:
                members.append(f'        case {spellings}: .enumeration("{inner}")\n')
                enums.add(inner)
            elif schemas.message_of(field) is not None:
                members.append(f'        case {spellings}: .message("{inner}")\n')
    values = []
    for name, enum in sorted(schemas.enums.items()):
        short = name.rpartition(".")[2]
        if short in enums:
            listed = ", ".join(f'"{value.name}"' for value in enum.value)
            values.append(f'        case "{short}": [{listed}]\n')
    return f"""{HEADER}/// What the JSON form of an input message holds in a member that is no plain value.
///
/// A JSON decoder that passes over unknown members passes over unknown enum values too, as the proto3 JSON mapping
/// allows; intake refuses those, and finds them by this table.
public enum JSONMember: Equatable, Sendable {{
    case message(String)
    case enumeration(String)

    /// The member of a message, by its JSON or its proto name; nil for plain values and unknown members.
    public init?(_ member: String, of message: String) {{
        let found: JSONMember? = switch "\\(message).\\(member)" {{
{"".join(members)}        default: nil
        }}
        guard let found else {{ return nil }}
        self = found
    }}

    /// The values of an enum; empty for none of ours.
    public static func values(of enumeration: String) -> [String] {{
        switch enumeration {{
{"".join(values)}        default: []
        }}
    }}
}}
"""
