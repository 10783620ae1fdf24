import Dashboard
import Foundation
import HTTPTypes
import LeadlineCore
import Reports

/// How a browser wants its pages: what its cookies say, else what it says it understands.
struct Preferences {
    /// Cookies that hold preferences, and nothing about a person.
    enum Name: String, CaseIterable { case zone, theme, language, shortcuts, tour }

    var zone: TimeZone
    var theme: Theme
    var language: EditionLanguage
    var hasShortcuts: Bool
    /// False once the reader ended a demonstration's tour.
    var wantsTour: Bool

    init(_ headers: HTTPFields) {
        let cookies = Self.cookies(headers)
        zone = cookies[.zone].flatMap { $0.removingPercentEncoding }.flatMap(Self.zone) ?? .gmt
        theme = cookies[.theme].flatMap(Theme.init(rawValue:)) ?? .auto
        language = cookies[.language].flatMap(EditionLanguage.init(rawValue:)) ?? Self.accepted(headers)
        hasShortcuts = cookies[.shortcuts] != "off"
        wantsTour = cookies[.tour] != "off"
    }

    /// A zone by its IANA name; of any other text nothing is looked up.
    private static func zone(_ name: String) -> TimeZone? {
        let isName =
            (1...64).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2B, 0x2D, 0x2F, 0x5F: true
                default: false
                }
            }
        return isName ? TimeZone(identifier: name) : nil
    }

    private static func cookies(_ headers: HTTPFields) -> [Name: String] {
        var found: [Name: String] = [:]
        for name in Name.allCases {
            let head = cookie(name).utf8.count + 1
            found[name] = headers.cookies(cookie(name)).last { head + $0.count < 200 }
                .map { String(decoding: $0, as: UTF8.self) }
        }
        return found
    }

    private static func cookie(_ name: Name) -> String { "leadline-" + name.rawValue }

    /// The first language that the browser names and we have.
    private static func accepted(_ headers: HTTPFields) -> EditionLanguage {
        let names = headers[values: .acceptLanguage].flatMap { $0.utf8.split(separator: UInt8(ascii: ",")) }.prefix(20)
        for name in names {
            let bare = name.drop { $0 == 0x20 }.prefix(2)
            if let language = EditionLanguage(rawValue: String(decoding: Array(bare), as: UTF8.self)) {
                return language
            }
        }
        return .en
    }

    /// The header that has a browser keep one.
    static func setting(_ name: Name, _ value: String, isEncrypted: Bool) -> (HTTPField.Name, String) {
        let secure = isEncrypted ? "; Secure" : ""
        return (.setCookie, "\(cookie(name))=\(value); Path=/; Max-Age=31536000; SameSite=Lax" + secure)
    }

    /// Somebody of whom no more is known.
    func stranger(at now: Timestamp) -> Reader {
        Reader(texts: .of(language), zone: zone, theme: theme, hasShortcuts: hasShortcuts, now: now)
    }
}
