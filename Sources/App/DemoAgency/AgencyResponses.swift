import Hummingbird

/// A cookie of this agency: for this host only, unseen by scripts, sent along when the provider redirects back (`SameSite=Lax`).
/// Not `Secure`: the agency speaks plain HTTP on loopback, where some browsers would drop such a cookie.
struct Cookie: Sendable {
    let name: String
    let value: String
    let path: String
    /// Nil keeps the cookie until the browser closes, zero removes it.
    let maxAge: Duration?

    var field: String {
        "\(name)=\(value); Path=\(path); HttpOnly; SameSite=Lax" + (maxAge.map { "; Max-Age=\($0.components.seconds)" } ?? "")
    }
}

extension Request {
    /// The first cookie of this name. A browser sends the most specific path first (RFC 6265 §5.4).
    func cookie(_ name: String) -> String? {
        for field in headers[values: .cookie] {
            for pair in field.split(separator: ";") {
                let parts = pair.drop { $0 == " " }.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                if parts.count == 2, parts[0] == name { return String(parts[1]) }
            }
        }
        return nil
    }
}

extension Response {
    static func page(_ html: String, status: HTTPResponse.Status = .ok, cookies: [Cookie] = []) -> Response {
        var headers: HTTPFields = [.contentType: "text/html; charset=utf-8", .cacheControl: "no-store"]
        headers.set(cookies)
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: html)))
    }

    static func onward(to location: String, cookies: [Cookie] = []) -> Response {
        var headers: HTTPFields = [.location: location, .cacheControl: "no-store"]
        headers.set(cookies)
        return Response(status: .seeOther, headers: headers)
    }

    static func cacheable(_ text: String, type: String) -> Response {
        Response(
            status: .ok, headers: [.contentType: type, .cacheControl: "max-age=300"], body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}

extension HTTPFields {
    fileprivate mutating func set(_ cookies: [Cookie]) {
        for cookie in cookies { append(Element(name: .setCookie, value: cookie.field)) }
    }
}
