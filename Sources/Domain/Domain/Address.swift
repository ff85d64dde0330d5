public import Primitives

/// A postal address (OpenID Connect Core §5.1.1). Empty parts are absent.
public struct Address: Sendable, Hashable {
    public let formatted: String?
    public let streetAddress: String?
    public let locality: String?
    public let region: String?
    public let postalCode: String?
    public let country: String?

    /// - Throws: `DomainError` naming the member, such as `address.locality`.
    public init(json: JSONObject) throws(DomainError) {
        let reader = ClaimReader(json, prefix: "address.")
        formatted = try reader.lines("formatted", maximumBytes: 1024)
        streetAddress = try reader.lines("street_address", maximumBytes: 512)
        locality = try reader.text("locality")
        region = try reader.text("region")
        postalCode = try reader.text("postal_code", maximumBytes: 64)
        country = try reader.text("country")
    }

    public var isEmpty: Bool { json.isEmpty }

    /// The claim's value, with what is absent left out.
    public var json: JSONObject {
        var object = JSONObject()
        object["formatted"] = formatted.map(JSONValue.string)
        object["street_address"] = streetAddress.map(JSONValue.string)
        object["locality"] = locality.map(JSONValue.string)
        object["region"] = region.map(JSONValue.string)
        object["postal_code"] = postalCode.map(JSONValue.string)
        object["country"] = country.map(JSONValue.string)
        return object
    }
}
