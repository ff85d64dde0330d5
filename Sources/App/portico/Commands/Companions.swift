import Primitives

/// What a backup of the database is worth nothing, or less, without: files that are kept beside it, and the one that is kept apart.
struct Companions {
    /// Opens everything that is sealed in the database. With a copy of both, somebody has all there is.
    let masterKeyFile: String
    let settingsFile: String?
    let pagesFolder: String?

    init(_ settings: Settings, settingsFile: String?) {
        masterKeyFile = settings.masterKeyFile
        self.settingsFile = settingsFile
        pagesFolder = settings.pages.overrideFolder
    }

    private var beside: [String] { [settingsFile, pagesFolder].compactMap(\.self) }

    var text: String {
        let others = beside.isEmpty ? [] : ["Keep with it: \(beside.map(Table.plain).joined(separator: ", "))."]
        let key =
            "Keep apart from it, and as safe: the master key \(Table.plain(masterKeyFile)). Without it the copy opens for nobody; with both, for anybody."
        return (others + [key]).joined(separator: "\n")
    }

    var json: JSONValue { ["beside": .array(beside.map(JSONValue.string)), "apart": [.string(masterKeyFile)]] }
}
