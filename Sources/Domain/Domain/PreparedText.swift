// Only whole Foundation has Unicode's normalisation forms in its public interface.
import Foundation

/// The rules of PRECIS (RFC 8264, RFC 5893) that names and addresses are prepared by.
///
/// They hold whenever a resident is read from storage as well. So ASCII, most of what there is, is answered without Unicode's tables.
enum PreparedText {
    /// Unicode normalisation form C. ASCII is in it already.
    static func composed(_ text: String) -> String {
        text.utf8.allSatisfy { $0 < 0x80 } ? text : text.precomposedStringWithCanonicalMapping
    }

    // RFC 8265 §3.3.2 (1): "Map fullwidth and halfwidth code points to their decomposition mappings".
    static func widthMapped(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { (0xFF00...0xFFEF).contains($0.value) || $0.value == 0x3000 }) else { return text }
        return text.unicodeScalars.reduce(into: "") { mapped, scalar in
            let isWide = (0xFF00...0xFFEF).contains(scalar.value) || scalar.value == 0x3000
            mapped += isWide ? String(scalar).precomposedStringWithCompatibilityMapping : String(scalar)
        }
    }

    /// RFC 8264 §4.2: letters, digits and marks of any script that have no compatibility form, and visible ASCII.
    /// Zero-width joiners and the other characters allowed in some contexts only are left out.
    static func isIdentifierClass(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return (0x21...0x7E).contains(scalar.value) }
        // RFC 5892 §2.6: letters that stay allowed although a general rule would say otherwise.
        if scalar.value == 0x00DF || scalar.value == 0x03C2 { return true }
        guard !scalar.properties.isDefaultIgnorableCodePoint, !scalar.properties.isNoncharacterCodePoint, !isOldJamo(scalar) else { return false }
        switch scalar.properties.generalCategory {
        case .lowercaseLetter, .uppercaseLetter, .otherLetter, .modifierLetter, .decimalNumber, .nonspacingMark, .spacingMark:
            return String(scalar).precomposedStringWithCompatibilityMapping.utf8.elementsEqual(composed(String(scalar)).utf8)
        default:
            return false
        }
    }

    /// Controls, formats (zero-width, bidirectional), surrogates, private use and unassigned code points, and every kind of space.
    static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return !(0x21...0x7E).contains(scalar.value) }
        return switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .spaceSeparator, .lineSeparator, .paragraphSeparator: true
        default: scalar.properties.isDefaultIgnorableCodePoint
        }
    }

    static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return false }
        return switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: true
        default: false
        }
    }

    // RFC 5892 appendix A.8 and A.9: Arabic-Indic and extended Arabic-Indic digits never together; RFC 5893 §2 (4): nor European with Arabic-Indic
    // ones in a right-to-left name.
    static func mixesNoDigits(_ text: String) -> Bool {
        let scalars = text.unicodeScalars
        let hasArabicIndic = scalars.contains { (0x660...0x669).contains($0.value) }
        let hasExtended = scalars.contains { (0x6F0...0x6F9).contains($0.value) }
        let hasEuropean = scalars.contains { (0x30...0x39).contains($0.value) }
        return !(hasArabicIndic && (hasExtended || hasEuropean))
    }

    /// RFC 5893 §2 for one label: without right-to-left characters anything; with them, all letters are right to left, the first character
    /// is such a letter and the last is one or a digit, marks apart.
    static func followsBidiRule(_ text: String) -> Bool {
        let scalars = text.unicodeScalars
        guard scalars.contains(where: isRightToLeft) else { return true }
        guard let first = scalars.first, isRightToLeft(first), first.properties.generalCategory != .decimalNumber else { return false }
        let unmarked = scalars.filter { !isMark($0) }
        guard let last = unmarked.last, isRightToLeft(last) || last.properties.generalCategory == .decimalNumber else { return false }
        return scalars.allSatisfy { isRightToLeft($0) || !$0.properties.isAlphabetic || isMark($0) }
    }

    /// The blocks whose letters have the bidirectional classes R, AL and AN.
    private static func isRightToLeft(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        // The extended Arabic-Indic digits are of class EN, as European digits are.
        case 0x6F0...0x6F9: false
        case 0x590...0x8FF, 0xFB1D...0xFDFF, 0xFE70...0xFEFF, 0x10800...0x10FFF, 0x1E800...0x1EFFF: true
        default: false
        }
    }

    // RFC 8264 §9.9: conjoining Hangul jamo.
    private static func isOldJamo(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x1100...0x11FF, 0xA960...0xA97C, 0xD7B0...0xD7FB: true
        default: false
        }
    }
}
