import Cryptography
import Primitives

/// Reads the members of one registration, each by its own rule; every failure names its member.
struct MetadataReader {
    let json: JSONObject
    let operatorRegistered: Bool

    static let knownMembers: Set<String> = [
        "client_name", "application_type", "grant_types", "response_types", "redirect_uris", "post_logout_redirect_uris",
        "token_endpoint_auth_method", "token_endpoint_auth_signing_alg", "jwks", "jwks_uri", "scope", "subject_type", "sector_identifier",
        "sector_identifier_uri", "id_token_signed_response_alg", "default_max_age", "require_auth_time", "require_pkce",
        "access_token_audience", "client_uri", "logo_uri", "policy_uri", "tos_uri", "contacts", "backchannel_logout_uri",
    ]

    /// This server's own members widen what a client may do or see, so a client cannot give them to itself.
    static let operatorMembers = ["require_pkce", "access_token_audience", "sector_identifier"]

    /// RFC 7591 §2: a server ignores what it does not know. An operator is told instead.
    func refuseForeignMembers() throws(OAuthFailure) {
        guard operatorRegistered else {
            for name in Self.operatorMembers where json[name] != nil { throw failure(.operatorOnly, name, "may be set by an operator only") }
            return
        }
        for name in json.names where !Self.knownMembers.contains(name) && !name.hasPrefix("client_name#") {
            throw failure(.unknownMember, name, "is not known to this server")
        }
    }

    // MARK: Types

    func string(_ name: String) throws(OAuthFailure) -> String? {
        guard let member = json[name] else { return nil }
        guard let text = member.stringValue else { throw failure(.type, name, "must be a string") }
        guard !text.isEmpty, text.hasNoControls else { throw failure(.text, name, "is empty or contains control characters") }
        return text
    }

    func strings(_ name: String, limit: Int = 50) throws(OAuthFailure) -> [String]? {
        guard let member = json[name] else { return nil }
        guard let texts = member.stringArray else { throw failure(.type, name, "must be an array of strings") }
        guard texts.count <= limit else { throw failure(.tooMany, name, "has more than \(limit) elements") }
        guard Set(texts).count == texts.count else { throw failure(.duplicate, name, "repeats an element") }
        return texts
    }

    func flag(_ name: String, default value: Bool) throws(OAuthFailure) -> Bool {
        guard let member = json[name] else { return value }
        guard let flag = member.boolValue else { throw failure(.type, name, "must be true or false") }
        return flag
    }

    /// Whole seconds, 0 to 2³¹.
    func seconds(_ name: String) throws(OAuthFailure) -> Duration? {
        guard let member = json[name] else { return nil }
        guard let seconds = member.integerValue, (0...(1 << 31)).contains(seconds) else {
            throw failure(.type, name, "must be a whole number of seconds from 0 to 2147483648")
        }
        return .seconds(seconds)
    }

    func choice<Choice: RawRepresentable<String> & CaseIterable>(_ name: String, default value: Choice) throws(OAuthFailure) -> Choice {
        try choice(name) ?? value
    }

    func choice<Choice: RawRepresentable<String> & CaseIterable>(_ name: String) throws(OAuthFailure) -> Choice? {
        guard let text = try string(name) else { return nil }
        guard let choice = Choice(rawValue: text) else {
            throw failure(.choice, name, "must be one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return choice
    }

    /// An address that a page may link to: `https`, or `http` on a loopback host for an operator.
    func webAddress(_ name: String) throws(OAuthFailure) -> String? {
        guard let text = try string(name) else { return nil }
        let uri = try? StrictURI(text)
        let isLegal = uri.map { $0.host != nil && ($0.scheme == "https" || (operatorRegistered && $0.scheme == "http" && $0.isLoopback)) }
        guard isLegal == true else { throw failure(.address, name, "must be an https address without fragment or user information") }
        return text
    }

    func failure(_ reference: RegistrationReference, _ name: String, _ predicate: String) -> OAuthFailure {
        OAuthFailure(reference, "The member '\(name.prefix(80))' \(predicate).")
    }
}
