/// The fuzzer's bytes, read from their start on; zeros after their end.
struct Input {
  private var bytes: UnsafeBufferPointer<UInt8>.SubSequence

  @unsafe
  init(_ start: UnsafePointer<UInt8>?, _ count: Int) {
    unsafe bytes = UnsafeBufferPointer(start: start, count: count)[...]
  }

  mutating func byte() -> UInt8 { unsafe bytes.popFirst() ?? 0 }
  mutating func number() -> Int { Int(byte()) | Int(byte()) << 8 }

  var isEmpty: Bool { bytes.isEmpty }

  /// What is left.
  var rest: UnsafeBufferPointer<UInt8> { unsafe UnsafeBufferPointer(rebasing: bytes) }
}

/// The sizes of the pieces that a patch arrives in; from 0, it comes as one.
struct Pieces {
  private var state: UInt8
  init(_ state: UInt8) { self.state = state }

  /// Calls a function with each piece of a patch.
  @unsafe
  mutating func forEach<Failure: Error>(
    of bytes: UnsafeBufferPointer<UInt8>, _ body: (Span<UInt8>) throws(Failure) -> Void
  ) throws(Failure) {
    var place = 0
    while place < bytes.count {
      let size = state == 0 ? bytes.count : Int(state & 127) + 1
      if state > 0 { state = max(1, state &* 5 &+ 7) }
      let end = min(place + size, bytes.count)
      try unsafe body(bytes.extracting(place..<end).span)
      place = end
    }
  }
}

/// Requires a rule to hold, whatever the input is. Not `precondition`, because that prints nothing in an optimised build.
@inline(__always)
func require(_ holds: Bool, _ rule: StaticString) {
  if !holds { fatalError("broken: \(rule)") }
}

/// Memory of exactly *count* bytes, so that the sanitiser sees an access beyond it.
@unsafe
func memory(_ count: Int) -> UnsafeMutableRawBufferPointer {
  unsafe UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 8)
}
