import Administration
import ArgumentParser
import Database
import KeyRing
import OAuthProtocol
import Pages
import PasswordHashing
import Provider
import Recovery
import Residents

/// Why a command did not do what was asked, as its user reads it: what happened, what to do next, and the exit code.
struct CommandFailure: Error, Sendable, Hashable {
    /// The exit codes of `portico`, those of sysexits(3) where they fit.
    enum Exit: Int32, Sendable {
        case refused = 1
        case usage = 64
        case unavailable = 69
        case configuration = 78
    }

    let exit: Exit
    /// One sentence a line.
    let lines: [String]

    init(_ exit: Exit, _ lines: String...) {
        self.init(exit, lines: lines)
    }

    init(_ exit: Exit, lines: [String]) {
        self.exit = exit
        self.lines = lines
    }
}

extension CommandFailure {
    /// The one mapping of what lower floors throw.
    init(_ error: any Error) {
        switch error {
        case let failure as CommandFailure: self = failure
        case let error as SettingsError: self.init(.configuration, lines: error.problems)
        case let error as KeyRingError: self.init(keyRing: error)
        case let error as DatabaseError: self.init(database: error)
        case let error as ResidentError: self.init(resident: error)
        case let error as RecoveryError: self.init(recovery: error)
        case let error as DatabaseCopyError: self.init(copy: error)
        case let error as ClientAdministrationError: self.init(client: error)
        case let error as OAuthFailure: self.init(.refused, error.description + " (\(error.reference))")
        case let error as PageError: self.init(.configuration, "\(error)")
        case let error as PasswordHashError: self.init(.unavailable, "The password could not be hashed: \(error).")
        default: self.init(.refused, "\(error)")
        }
    }

    private init(keyRing error: KeyRingError) {
        let sentence = Sentence.from("\(error)")
        switch error {
        case .masterKey, .wrongMasterKey: self.init(.configuration, sentence, "The setting keys.master-file names the file.")
        case .notEstablished, .noActiveKey, .damaged, .cryptography: self.init(.unavailable, sentence)
        case .unknownKey: self.init(.refused, sentence, "`portico keys list` shows those there are.")
        case .refused(let reasons): self.init(.refused, lines: reasons.map(Sentence.from))
        }
    }

    private init(database error: DatabaseError) {
        switch error {
        case .unavailable(let cause):
            self.init(
                .unavailable, "The database is not available: \(cause).",
                "`portico doctor` looks at the path, the server and the free space, and says what to put right.")
        case .schemaNewer(let found, let known):
            self.init(
                .unavailable, "The database has schema version \(found), and this portico knows up to \(known).",
                "Start the newer portico that has used it before.")
        case .schemaAltered(let version, let name):
            self.init(
                .unavailable, "Migration \(version) (\(name)) of the database is not the one this portico contains.",
                "Start the portico that made the database, or restore a backup.")
        case .corrupt(let cause): self.init(.unavailable, "The database is damaged: \(cause).", "Restore it from a backup.")
        default: self.init(.refused, "The database refused the change: \(error).")
        }
    }

    private init(client error: ClientAdministrationError) {
        switch error {
        case .unknownClient(let id): self = ClientID.unknown(id.rawValue)
        case .alreadyRegistered(let id):
            self.init(.refused, "The client id \(id.rawValue) is taken.", "Choose another, or change the registration with `portico clients apply`.")
        case .hasNoSecret(let id): self.init(.refused, "The client \(id.rawValue) proves itself without a secret, so there is none to rotate.")
        case .appearsTwice(let id): self.init(.refused, "The client \(id.rawValue) appears twice in the file. Keep one of the two.")
        case .unacceptable(let index, let id, let reason):
            self.init(
                .refused, "The registration of \(id.map(Table.plain) ?? "entry \(index + 1)") is not acceptable: \(reason)", "Nothing was changed.")
        }
    }

    private init(recovery error: RecoveryError) {
        switch error {
        case .clockBehind(let now, let latest):
            self.init(
                .refused, "The clock says \(TimeText.second(now)), but the database holds sessions or grants of \(TimeText.second(latest)).",
                "Set the clock right first: what is later than the restore would stay in force. Nothing was changed.")
        }
    }

    private init(resident error: ResidentError) {
        switch error {
        case .database(let error): self.init(database: error)
        default: self.init(.refused, Sentence.from("\(error)"))
        }
    }
}

/// Turns the lower-case clauses of error values into sentences.
enum Sentence {
    static func from(_ clause: String) -> String {
        let text = clause.prefix(1).uppercased() + clause.dropFirst()
        return text.hasSuffix(".") || text.hasSuffix("?") ? text : text + "."
    }
}

/// A command of `portico`: what it does is `perform`; how failures are told and which code they end with is the same for all.
protocol PorticoCommand: AsyncParsableCommand {
    func perform() async throws
}

extension PorticoCommand {
    func run() async throws {
        do {
            try await perform()
        } catch let code as ExitCode {
            throw code
        } catch {
            let failure = CommandFailure(error)
            Terminal.tell(failure.lines.map { "portico: " + $0 }.joined(separator: "\n"))
            throw ExitCode(failure.exit.rawValue)
        }
    }
}
