package import AsvinManifest

/// Decisions of the installer. Each is made twice, and an answer is the sum of two shares, because one skipped
/// instruction can change only one of them. The values are far from 0 and 1, so that a value which an earlier
/// computation left in a register is not an answer.
///
/// Nothing here is optimised. Otherwise the compiler would compute both shares from one comparison.
package enum Decision {
  private static var first: UInt32 { 0x3CA5_965A }
  private static var second: UInt32 { 0x2D1B_7869 }
  /// The answer yes.
  package static var yes: UInt32 { first &+ second }

  /// Whether one number is above another: ``yes`` where it is.
  @inline(never)
  @_optimize(none)
  package static func isAbove(_ number: UInt64, _ bound: UInt64) -> UInt32 {
    share(number > bound, first) &+ share(!(bound >= number), second)
  }

  /// Whether two digests are the same: ``yes`` if they are. It is inlined: in a separate function, one skipped
  /// move between registers could make both comparisons compare a digest with itself.
  package static func areSame(_ left: Digest, _ right: Digest) -> UInt32 {
    left.withSpan { left in right.withSpan { right in share(left, right, first) &+ share(right, left, second) } }
  }

  @inline(never)
  @_optimize(none)
  private static func share(_ left: Span<UInt8>, _ right: Span<UInt8>, _ share: UInt32) -> UInt32 {
    Self.share(equal(left, right), share)
  }

  /// Whether an answer is ``yes``. It is a separate function, because after an inlined comparison the compiler replaces
  /// the answer by the constant ``yes`` wherever it is used later.
  @inline(never)
  @_optimize(none)
  package static func isYes(_ answer: UInt32) -> Bool { answer == yes }

  @inline(never)
  @_optimize(none)
  private static func share(_ answer: Bool, _ share: UInt32) -> UInt32 {
    Self.answer(answer) ? share : ~share
  }

  /// Passes on an answer of one of the two passes of a verification. In a test, a ``Glitch`` may flip it.
  @inline(__always)
  static func answer(_ answer: Bool) -> Bool {
    #if hasFeature(Embedded)
    answer
    #else
    Glitch.passing(answer)
    #endif
  }
}

#if !hasFeature(Embedded)
/// A fault that a test injects: one answer is flipped.
package final class Glitch: Sendable {
  /// The glitch that affects this task; only tests set one.
  @TaskLocal package static var current: Glitch?

  private let counter = Counter()
  private let target: Int

  /// A glitch that flips the nth answer, counted from 0.
  package init(at target: Int) { self.target = target }

  /// The number of answers so far.
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
