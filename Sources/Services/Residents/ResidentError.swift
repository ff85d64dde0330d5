public import Database
public import Domain
public import PasswordHashing

/// Why a resident's account could not be made or changed. The texts are for the person who asked and repeat neither password nor claims.
public enum ResidentError: Error, Sendable, Hashable {
    /// A name or claim that cannot be; it names the field.
    case invalid(DomainError)
    case passwordRefused(PasswordRefusal)
    case usernameTaken
    case emailTaken
    case unknownResident
    /// The password hash had no place in the queue.
    case busy(retryAfter: Duration)
    case hashing(PasswordHashError)
    case database(DatabaseError)
}

extension ResidentError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .invalid(let error): "\(error)"
        case .passwordRefused(let refusal): "\(refusal)"
        case .usernameTaken: "the username belongs to another resident"
        case .emailTaken: "the email address belongs to another resident"
        case .unknownResident: "there is no such resident"
        case .busy(let retryAfter): "too many passwords are being hashed; try again in \(retryAfter.components.seconds) seconds"
        case .hashing(let error): "the password could not be hashed: \(error)"
        case .database(let error): "\(error)"
        }
    }

    /// What a database closure threw, which rethrows what was thrown inside it.
    init(_ error: any Error) {
        switch error {
        case let error as ResidentError: self = error
        case let error as DatabaseError: self = .database(error)
        case let error as PasswordHashError: self.init(error)
        default: self = .database(.misuse("\(error)"))
        }
    }

    init(_ error: PasswordHashError) {
        switch error {
        case .busy(let retryAfter): self = .busy(retryAfter: retryAfter)
        case .passwordTooLong: self = .passwordRefused(.tooLong(maximumBytes: PreparedPassword.maximumBytes))
        default: self = .hashing(error)
        }
    }
}

extension Database {
    /// `read`, with what it throws as this module's error.
    func reading<T: Sendable>(_ body: @escaping @Sendable (ReadTransaction) throws -> T) async throws(ResidentError) -> T {
        do { return try await read(body) } catch { throw ResidentError(error) }
    }

    /// `write`, with what it throws as this module's error.
    func writing<T: Sendable>(_ body: @escaping @Sendable (WriteTransaction) throws -> T) async throws(ResidentError) -> T {
        do { return try await write(body) } catch { throw ResidentError(error) }
    }
}
