import Foundation
import JWTKit
import LeadlineCore

/// A token that holds: signed by the issuer, for this audience, now.
struct VerifiedToken: Sendable {
    var subject: String
    /// The key that signed it.
    var keyID: String
    var expires: Timestamp
    var claims: [String: JSONValue]
}

/// Checks tokens of one issuer: access tokens, and ID tokens at a sign-in, by the same rules (RFC 7519, RFC 9068 and
/// RFC 8725).
struct TokenVerifier: Sendable {
    private let settings: OAuthSettings
    let keys: TokenKeys

    init(_ settings: OAuthSettings, _ keys: TokenKeys) {
        self.settings = settings
        self.keys = keys
    }

    /// The token's content if it holds; nil for whatever reason it does not, which nobody is told.
    func verified(_ text: String, audience: String, at now: Timestamp) async -> VerifiedToken? {
        guard let token = SignedToken(text), settings.algorithms.contains(token.algorithm) else {
            return nil
        }
        // Whatever can be refused without the issuer's keys is, so that rubbish does not make anybody fetch them.
        guard let subject = subject(token), names(token.claims["aud"], audience),
            let expires = validity(token.claims, at: now)
        else { return nil }
        guard let key = await keys.key(token.keyID, token.algorithm),
            key.name == token.algorithm.rawValue
        else {
            return nil
        }
        do { guard try key.verify(token.signature, signs: token.signed) else { return nil } } catch {
            return nil
        }
        return VerifiedToken(
            subject: subject, keyID: token.keyID, expires: expires, claims: token.claims)
    }

    private func subject(_ token: SignedToken) -> String? {
        guard case .text(let issuer)? = token.claims["iss"],
            issuer.utf8.elementsEqual(settings.issuer.utf8),
            case .text(let subject)? = token.claims["sub"], (1...255).contains(subject.utf8.count)
        else { return nil }
        return subject
    }

    private func names(_ claim: JSONValue?, _ audience: String) -> Bool {
        switch claim {
        case .text(let text)?: text.utf8.elementsEqual(audience.utf8)
        case .list(let list)?:
            list.contains {
                if case .text(let text) = $0 { text.utf8.elementsEqual(audience.utf8) } else { false }
            }
        default: false
        }
    }

    /// When it ends; nil if that is past, or it has not begun. The issuer's clock may be off by the leeway.
    private func validity(_ claims: [String: JSONValue], at now: Timestamp) -> Timestamp? {
        let leeway = settings.leewaySeconds * 1_000_000
        guard let expires = Self.moment(claims["exp"]), now.micros < expires.micros + leeway else {
            return nil
        }
        for name in ["nbf", "iat"] where claims[name] != nil {
            guard let begins = Self.moment(claims[name]), begins.micros - leeway <= now.micros else {
                return nil
            }
        }
        return Timestamp(micros: expires.micros + leeway)
    }

    /// Seconds since 1970, perhaps with a fraction.
    private static func moment(_ claim: JSONValue?) -> Timestamp? {
        switch claim {
        case .whole(let seconds)? where (0...secondsMax).contains(seconds):
            Timestamp(micros: seconds * 1_000_000)
        case .number(let seconds)? where seconds >= 0 && seconds <= Double(secondsMax):
            Timestamp(micros: Int64(seconds * 1_000_000))
        default: nil
        }
    }

    /// The year 9999.
    private static let secondsMax: Int64 = 253_402_300_799
}
