import ArgumentParser

/// Parsers of option values that accept only numbers in a range.
enum Bounds {
  /// A number of seconds.
  static func seconds(_ range: ClosedRange<Double>) -> @Sendable (String) throws -> Double {
    { text in
      guard let number = Double(text), range.contains(number) else {
        throw ValidationError(
          "'\(text)' is not a number of seconds from \(words(range.lowerBound)) to \(words(range.upperBound))")
      }
      return number
    }
  }

  static func integer<Number: FixedWidthInteger & Sendable>(
    _ range: ClosedRange<Number>
  ) -> @Sendable (String) throws -> Number {
    { text in
      guard let number = Number(text), range.contains(number) else {
        throw ValidationError("'\(text)' is not a number from \(range.lowerBound) to \(range.upperBound)")
      }
      return number
    }
  }

  /// Seconds of a week.
  static let week = 604_800.0

  private static func words(_ number: Double) -> String {
    number == number.rounded() ? "\(Int(number))" : "\(number)"
  }
}
