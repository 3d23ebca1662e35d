package import AsvinWire

/// Decisions that matter, each made twice: as a value far from 0 and 1, and as its complement. An accept needs both, so
/// that a single glitch, a skipped branch or a flipped bit, makes a reject of an accept but no accept of a reject.
///
/// Nothing here is optimised: else two questions that have the same answer would be asked once.
package enum Decision {
  private static var yes: UInt32 { 0x3CA5_965A }

  /// Whether one number is above another.
  @inline(never)
  @_optimize(none)
  package static func isAbove(_ number: UInt64, _ bound: UInt64) -> Bool {
    let first = value(of: number > bound)
    guard first == yes else { return false }
    return areBoth(first, ~value(of: !(bound >= number)))
  }

  /// Whether two buffers hold the same bytes.
  @inline(never)
  @_optimize(none)
  package static func areSame(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
    let first = value(of: equal(left, right))
    guard first == yes else { return false }
    return areBoth(first, ~value(of: equal(right, left)))
  }

  /// Whether two digests are the same.
  package static func areSame(_ left: Digest, _ right: Digest) -> Bool {
    left.withSpan { left in right.withSpan { right in areSame(left, right) } }
  }

  /// Whether a question is answered with yes, twice.
  package static func holds(_ question: () -> Bool) -> Bool {
    let first = value(of: question())
    guard first == yes else { return false }
    return areBoth(first, ~value(of: question()))
  }

  @inline(never)
  @_optimize(none)
  private static func value(of answer: Bool) -> UInt32 {
    #if !hasFeature(Embedded)
    let answer = Glitch.passing(answer)
    #endif
    return answer ? yes : ~yes
  }

  @inline(never)
  @_optimize(none)
  private static func areBoth(_ first: UInt32, _ second: UInt32) -> Bool {
    first == yes && second == ~yes
  }
}

#if !hasFeature(Embedded)
/// A fault that a test injects: one answer is flipped.
package final class Glitch: Sendable {
  /// The glitch that hits what runs in this task; there is none but in a test.
  @TaskLocal package static var current: Glitch?

  private let counter = Counter()
  private let target: Int

  /// A glitch that flips the nth answer, counted from 0.
  package init(at target: Int) { self.target = target }

  /// How many answers were given.
  package var answers: Int { counter.value }

  static func passing(_ answer: Bool) -> Bool {
    guard let glitch = current else { return answer }
    return glitch.counter.next() == glitch.target ? !answer : answer
  }
}

private final class Counter: @unchecked Sendable {
  // One task counts, and no other sees it.
  private(set) var value = 0

  func next() -> Int {
    value += 1
    return value - 1
  }
}
#endif
