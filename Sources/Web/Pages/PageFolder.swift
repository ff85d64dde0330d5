import Foundation

/// Where the pages' files are: the folder that was built with the program, and the operator's own in front of it.
struct PageFolder: Sendable {
    private let shipped: URL
    private let override: URL?

    init(overrideFolder: String?) throws(PageError) {
        // Beside the program, wherever that was installed. `Bundle.module` would end the process where the folder is missing.
        shipped = Bundle.main.bundleURL.appendingPathComponent("portico_Pages.resources/Resources")
        override = overrideFolder.map { URL(fileURLWithPath: $0, isDirectory: true) }
        for folder in [shipped, override].compactMap(\.self) where !FileManager.default.fileExists(atPath: folder.path) {
            throw .missing(path: folder.path)
        }
    }

    /// Every template of both folders by name, the operator's in place of ours.
    func templates() throws(PageError) -> [String: String] {
        var templates: [String: String] = [:]
        for folder in [shipped, override].compactMap(\.self) {
            let directory = folder.appendingPathComponent("templates")
            for name in (try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? [] where name.hasSuffix(".mustache") {
                let bytes = try read(directory.appendingPathComponent(name))
                templates[String(name.dropLast(".mustache".count))] = String(decoding: bytes, as: UTF8.self)
            }
        }
        return templates
    }

    func language(_ language: Language) throws(PageError) -> [UInt8] { try file("languages/\(language.code).json") }

    /// Our own file, whatever the operator's folder holds: what every other one is compared with.
    func shippedLanguage(_ language: Language) throws(PageError) -> [UInt8] {
        try read(shipped.appendingPathComponent("languages/\(language.code).json"))
    }

    func asset(_ name: String) throws(PageError) -> [UInt8] { try file("assets/\(name)") }

    /// A file that only the operator's folder may hold.
    func ownAsset(_ name: String) throws(PageError) -> [UInt8]? {
        guard let url = override?.appendingPathComponent("assets/\(name)"), FileManager.default.fileExists(atPath: url.path) else { return nil }
        return try read(url)
    }

    private func file(_ path: String) throws(PageError) -> [UInt8] {
        if let url = override?.appendingPathComponent(path), FileManager.default.fileExists(atPath: url.path) { return try read(url) }
        return try read(shipped.appendingPathComponent(path))
    }

    private func read(_ url: URL) throws(PageError) -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: url.path), String(validating: data, as: UTF8.self) != nil else {
            throw .missing(path: url.path)
        }
        return Array(data)
    }
}
