import OAuthProtocol

/// The reference of the failure that `body` throws; nil where it succeeds.
func reference<Value>(_ body: () throws(OAuthFailure) -> Value) -> String? {
    do throws(OAuthFailure) {
        _ = try body()
        return nil
    } catch {
        return error.reference
    }
}

/// The failure that `body` throws; nil where it succeeds.
func failure<Value>(_ body: () throws(OAuthFailure) -> Value) -> OAuthFailure? {
    do throws(OAuthFailure) {
        _ = try body()
        return nil
    } catch {
        return error
    }
}

/// Parameters as a client would send them.
func form(_ pairs: [(String, String)]) throws(OAuthFailure) -> FormParameters {
    try FormParameters(urlEncoded: FormEncoding.encode(pairs))
}
