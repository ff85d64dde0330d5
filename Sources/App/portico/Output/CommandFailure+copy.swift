import Administration

extension CommandFailure {
    init(copy error: DatabaseCopyError) {
        self.init(.refused, Sentence.from("\(error)"), Self.remedy(error))
    }

    private static func remedy(_ error: DatabaseCopyError) -> String {
        let anew = "begin again with an empty target: remove the SQLite file, or drop the PostgreSQL database and create it anew"
        return switch error {
        case .sourceIsEmpty: "Name the database of an installation with --from."
        case .sourceIsBehind: "Run `portico migrate` on it first."
        case .sourceIsUnfinished: "Finish that copy first, by running the same command again."
        case .targetIsNotEmpty: "Name an empty database with --to; nothing was changed."
        case .targetIsOfAnotherSource: "Name the source it was begun with, or " + anew + "."
        case .snapshotIsGone: Sentence.from(anew)
        case .takenOver: "Let it finish."
        case .row: "Mend the row in the source and run the same command again; where the source was in use meanwhile, " + anew + "."
        case .different: "The source was changed during the copy. Stop what writes it, or use --snapshot, and " + anew + "."
        }
    }
}
