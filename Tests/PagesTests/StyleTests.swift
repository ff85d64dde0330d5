import Foundation
import Testing

@testable import Pages

@Suite("The style sheet")
struct StyleTests {
    /// The custom properties that hold colours: by day, and by night.
    private func colours() throws -> (day: [String: String], night: [String: String]) {
        let css = String(decoding: try PageFolder(overrideFolder: nil).asset("portico.css"), as: UTF8.self)
        let parts = css.components(separatedBy: "@media (prefers-color-scheme: dark)")
        try #require(parts.count == 2)
        func read(_ text: String) -> [String: String] {
            var colours: [String: String] = [:]
            for match in text.matches(of: /--([a-z-]+): (#[0-9a-f]{6});/) { colours[String(match.1)] = String(match.2) }
            return colours
        }
        let day = read(parts[0])
        return (day, day.merging(read(parts[1])) { $1 })
    }

    /// WCAG 2.2, relative luminance.
    private func luminance(_ colour: String) -> Double {
        let number = Int(colour.dropFirst(), radix: 16) ?? 0
        let channels = [number >> 16 & 0xff, number >> 8 & 0xff, number & 0xff].map { value in
            let channel = Double(value) / 255
            return channel <= 0.04045 ? channel / 12.92 : pow((channel + 0.055) / 1.055, 2.4)
        }
        return 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]
    }

    private func contrast(_ first: String, _ second: String) -> Double {
        let (low, high) = (min(luminance(first), luminance(second)), max(luminance(first), luminance(second)))
        return (high + 0.05) / (low + 0.05)
    }

    @Test(
        "text stands out from its ground by 7:1 at least, edges and focus by 3:1, by day and by night",
        arguments: [
            ("text", "paper", 7.0), ("text", "surface", 7), ("text", "band", 7), ("quiet-text", "paper", 7), ("quiet-text", "band", 7),
            ("quiet-text", "surface", 7), ("ink", "paper", 7), ("ink", "band", 7), ("ink", "surface", 7), ("link", "paper", 7), ("link", "band", 7),
            ("problem", "paper", 7), ("problem", "surface", 7), ("button-text", "button", 7), ("button-text", "button-hover", 7),
            ("edge", "paper", 3), ("edge", "surface", 3), ("focus-edge", "paper", 3), ("focus-edge", "band", 3),
        ])
    func contrasts(foreground: String, ground: String, minimum: Double) throws {
        let (day, night) = try colours()
        for (name, scheme) in [("day", day), ("night", night)] {
            let ratio = contrast(try #require(scheme[foreground]), try #require(scheme[ground]))
            #expect(ratio >= minimum, "\(foreground) on \(ground) by \(name): \(ratio)")
        }
    }

    @Test("colours are named once: the rules use only custom properties")
    func namedColours() throws {
        let css = String(decoding: try PageFolder(overrideFolder: nil).asset("portico.css"), as: UTF8.self)
        let colours = css.matches(of: /#[0-9a-fA-F]{3,8}\b/).count
        let named = css.matches(of: /--[a-z-]+: #[0-9a-f]{6};/).count
        // Paper is black on white: that one is no matter of taste.
        #expect(colours == named + 1)
    }

    @Test("left and right are written as start and end, so that Arabic mirrors by itself")
    func logicalProperties() throws {
        let css = String(decoding: try PageFolder(overrideFolder: nil).asset("portico.css"), as: UTF8.self)
        #expect(css.firstMatch(of: /(margin|padding|border|inset)-(left|right)|[^-](left|right):|float:/) == nil)
    }
}
