internal import Cryptography
internal import Domain
internal import PasswordHashing
internal import Primitives

/// One line of an import file, completely checked except for the rules that need the database.
struct ImportLine: Sendable {
    enum Password: Sendable {
        case plain(Secret)
        case hash(PasswordHash)
    }

    let number: Int
    let new: NewResident
    let password: Password
    let importedAt: Instant
    /// When the claims last changed where they come from.
    let updatedAt: Instant?

    init(_ bytes: [UInt8], number: Int, at now: Instant) throws(ImportLineError) {
        var members = try Self.members(bytes)
        guard let username = members.take("username")?.stringValue else { throw ImportLineError("username must be a string") }
        password = try Self.password(members.take("password"), hash: members.take("password_hash"))
        updatedAt = try Self.updatedAt(members.take("updated_at"), now: now)
        do { new = try NewResident(username: username, claims: members) } catch { throw ImportLineError("\(error)") }
        self.number = number
        importedAt = now
    }

    private static func members(_ bytes: [UInt8]) throws(ImportLineError) -> JSONObject {
        do {
            guard case .object(let members) = try JSONValue(parsing: bytes) else { throw ImportLineError("is not a JSON object") }
            return members
        } catch let error as JSONError {
            throw ImportLineError("is not strict JSON (\(error.words))")
        } catch let error as ImportLineError {
            throw error
        } catch {
            throw ImportLineError("is not strict JSON")
        }
    }

    private static func password(_ plain: JSONValue?, hash: JSONValue?) throws(ImportLineError) -> Password {
        switch (plain, hash) {
        case (.string(let text)?, nil): return .plain(Secret(Array(text.utf8)))
        case (nil, .string(let phc)?):
            guard let hash = try? PasswordHash(phc: phc) else { throw ImportLineError("password_hash must be a PHC string of Argon2id") }
            return .hash(hash)
        case (_?, _?): throw ImportLineError("password and password_hash exclude each other")
        case (nil, nil): throw ImportLineError("password or password_hash is missing")
        default: throw ImportLineError("password and password_hash must be strings")
        }
    }

    /// A NumericDate (OpenID Connect Core §5.1).
    private static func updatedAt(_ value: JSONValue?, now: Instant) throws(ImportLineError) -> Instant? {
        guard let value else { return nil }
        guard let seconds = value.integerValue, seconds >= 0, Instant(secondsSince1970: seconds) <= now else {
            throw ImportLineError("updated_at must be seconds since 1970, not in the future")
        }
        return Instant(secondsSince1970: seconds)
    }
}

struct ImportLineError: Error {
    let reason: String

    init(_ reason: String) { self.reason = reason }
}

extension JSONObject {
    fileprivate mutating func take(_ name: String) -> JSONValue? {
        defer { self[name] = nil }
        return self[name]
    }
}

extension JSONError {
    fileprivate var words: String {
        switch self {
        case .tooLarge: "more than 64 KiB"
        case .tooDeep: "nested too deeply"
        case .malformed(let offset): "at byte \(offset)"
        case .duplicateMember: "a member stands twice"
        case .invalidUTF8(let offset): "no UTF-8 at byte \(offset)"
        case .numberOutOfRange(let offset): "a number out of range at byte \(offset)"
        }
    }
}
