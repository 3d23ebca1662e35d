/// The memory that a patch is applied in. The caller provides it; nothing else is allocated.
@safe
struct PatchWorkspace {
  private var next: UnsafeMutablePointer<UInt32>
  /// Words that are left.
  private var left: Int

  @unsafe
  init(_ memory: UnsafeMutableRawBufferPointer) {
    guard let base = memory.baseAddress else { fatalError("a workspace has memory") }
    unsafe next = base.assumingMemoryBound(to: UInt32.self)
    left = memory.count / 4
  }

  /// Memory for *n* values, filled with a repeated word. All kinds of tables are filled here, in one place. Too little
  /// memory is a mistake of the program, never of a patch.
  mutating func take<Value: BitwiseCopyable>(
    _ count: Int, of type: Value.Type, filledWith word: UInt32 = 0
  ) -> UnsafeMutablePointer<Value> {
    let start = unsafe take(words: (count &* MemoryLayout<Value>.stride &+ 3) / 4, word)
    return unsafe UnsafeMutableRawPointer(start).bindMemory(to: Value.self, capacity: count)
  }

  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private mutating func take(words: Int, _ word: UInt32) -> UnsafeMutablePointer<UInt32> {
    precondition(words <= left)
    let start = unsafe next
    var index = 0
    while index < words {
      unsafe start[index] = word
      index &+= 1
    }
    unsafe next = start + words
    left &-= words
    return unsafe start
  }
}
