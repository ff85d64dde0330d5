import Cryptography
import HTTPTypes
import Hummingbird

/// A browser as we know it before anyone signs in: forms are bound to it.
struct BrowserIdentity: Sendable {
    let token: BearerToken
    let isNew: Bool

    var digest: TokenDigest { token.digest }
}

/// The cookies that Portico sets, all host-only, HttpOnly and SameSite=Lax.
///
/// Over https they carry the `__Host-` prefix and `Secure`. Plain http is for loopback alone, where clients that are not browsers
/// would not send a `Secure` cookie back.
struct BrowserCookies: Sendable {
    enum Name: String {
        case session = "portico_session"
        case browser = "portico_browser"
        case device = "portico_device"
        case language = "portico_language"

        /// Seconds the browser keeps it; nil: until the browser closes. The session's own limits are kept by the server.
        var maxAge: Int? {
            switch self {
            case .session: nil
            case .browser: nil
            case .device: 180 * 86400
            case .language: 365 * 86400
            }
        }
    }

    let isSecure: Bool

    func value(_ name: Name, in request: Request) -> String? {
        let wanted = fullName(name).utf8
        var found: String?
        for header in request.headers[values: .cookie] {
            for pair in header.utf8.split(separator: UInt8(ascii: ";")) {
                let trimmed = pair.drop { $0 == UInt8(ascii: " ") }
                guard let equals = trimmed.firstIndex(of: UInt8(ascii: "=")), trimmed[..<equals].elementsEqual(wanted) else { continue }
                // A cookie planted twice cannot be told from ours: neither counts.
                guard found == nil else { return nil }
                found = String(Substring(trimmed[trimmed.index(after: equals)...]))
            }
        }
        return found
    }

    func set(_ name: Name, _ value: String, in response: inout Response) {
        append("\(fullName(name))=\(value)\(attributes)\(name.maxAge.map { "; Max-Age=\($0)" } ?? "")", to: &response)
    }

    func clear(_ name: Name, in response: inout Response) {
        append("\(fullName(name))=\(attributes); Max-Age=0", to: &response)
    }

    private var attributes: String { "; Path=/; HttpOnly; SameSite=Lax" + (isSecure ? "; Secure" : "") }

    private func fullName(_ name: Name) -> String { (isSecure ? "__Host-" : "") + name.rawValue }

    private func append(_ value: String, to response: inout Response) {
        response.headers.append(HTTPField(name: .setCookie, value: value))
    }
}
