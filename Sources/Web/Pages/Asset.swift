/// A file that pages refer to. Its address holds a hash of its content, so that browsers may keep it for ever.
public struct Asset: Sendable {
    /// The file's name, for example `portico.css`.
    public let name: String
    /// The address below the issuer's path, for example `/assets/portico.1f2e3d4c5b6a7988.css`.
    public let path: String
    public let bytes: [UInt8]
    public let contentType: String
    /// The value of `ETag`, with its quotation marks.
    public let etag: String

    init(name: String, bytes: [UInt8], contentType: String) {
        let hash = Self.contentHash(bytes)
        let dot = name.lastIndex(of: ".") ?? name.endIndex
        self.name = name
        self.bytes = bytes
        self.contentType = contentType
        path = "/assets/\(name[..<dot]).\(hash)\(name[dot...])"
        etag = "\"\(hash)\""
    }

    static func all(in folder: PageFolder) throws(PageError) -> [Asset] {
        var styles = try folder.asset("portico.css")
        // The operator's own custom properties come after ours, in the same file: one request, not two.
        if let theme = try folder.ownAsset("theme.css") { styles += theme }
        return [
            Asset(name: "portico.css", bytes: styles, contentType: "text/css; charset=utf-8"),
            Asset(name: "portico.js", bytes: try folder.asset("portico.js"), contentType: "text/javascript; charset=utf-8"),
            Asset(name: "form-post.js", bytes: try folder.asset("form-post.js"), contentType: "text/javascript; charset=utf-8"),
            Asset(name: "mark.svg", bytes: try folder.asset("mark.svg"), contentType: "image/svg+xml"),
            Asset(name: "mark-night.svg", bytes: try folder.asset("mark-night.svg"), contentType: "image/svg+xml"),
            Asset(name: "favicon.svg", bytes: try folder.asset("favicon.svg"), contentType: "image/svg+xml"),
        ]
    }

    /// 64-bit FNV-1a in hexadecimal. It tells versions of our own files apart; nothing rests on it being hard to forge.
    private static func contentHash(_ bytes: [UInt8]) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
