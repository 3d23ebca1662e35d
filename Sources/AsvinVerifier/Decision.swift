/// A decision that matters, made twice: as a value far from 0 and 1, and as its complement. An accept needs both, so that
/// a single glitch, a skipped branch or a flipped bit, makes a reject of an accept but no accept of a reject.
package struct Decision {
  private static var yes: UInt32 { 0x3CA5_965A }

  private let first: UInt32
  private let second: UInt32

  /// A decision of two ways to ask the same; the second is asked only where the first says yes.
  package init(_ holds: () -> Bool, _ holdsAgain: () -> Bool) {
    first = Self.value(of: holds)
    second = first == Self.yes ? ~Self.value(of: holdsAgain) : Self.yes
  }

  /// Whether both said yes.
  package var holds: Bool { Self.areBoth(first, second) }

  /// Not optimised: else two questions that have the same answer would be asked once.
  @inline(never)
  @_optimize(none)
  private static func value(of question: () -> Bool) -> UInt32 {
    #if hasFeature(Embedded)
    let answer = question()
    #else
    let answer = Glitch.passing(question())
    #endif
    return answer ? yes : ~yes
  }

  @inline(never)
  @_optimize(none)
  private static func areBoth(_ first: UInt32, _ second: UInt32) -> Bool {
    first == yes && second == ~yes && first ^ second == .max
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
