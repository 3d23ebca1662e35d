/// What a copied byte becomes: the old byte, unless it belongs to a reference whose target has moved.
@safe
struct ReferencePredictor {
  /// What the patch says of its images.
  var settings = PatchSettings()
  private let cache: TargetCache

  /// The reference or word that is being written: where, its bytes as predicted, and where it points.
  private var start: UInt32 = 0
  private var end: UInt32 = 0
  private var bytes: UInt32 = 0
  private var kind: UInt32 = 0
  private var target: UInt32 = 0
  private var predicted: UInt32 = 0
  private var nextInstruction: UInt32 = 0
  private var wordStart: UInt32 = .max

  init(targets: UInt32, in workspace: inout Workspace) { cache = TargetCache(targets: targets, in: &workspace) }

  private var set: InstructionSet { settings.set }

  /// Begins a cover; a reference that reaches over its start is not known.
  mutating func begin(old: UInt32) {
    end = 0
    wordStart = .max
    nextInstruction = (old &+ set.alignment &- 1) & ~(set.alignment &- 1)
  }

  /// The kind of the reference that a byte belongs to, and the byte's place in it; 0 where there is none.
  func kind(at new: UInt32) -> (kind: UInt32, place: UInt32) { new < end ? (kind, new &- start) : (0, 0) }

  /// The predicted byte.
  mutating func predict<Base: ByteStore & ~Copyable>(
    new: UInt32, old: UInt32, plain: UInt32, in base: borrowing Base, _ map: AddressMap
  ) -> UInt32 {
    if new >= end { recognise(new: new, old: old, in: base, map) }
    return new < end ? bytes >> (8 &* (new &- start)) & 255 : plain
  }

  /// Learns, once a reference or a word is whole, where it points now.
  mutating func finish<Base: ByteStore & ~Copyable, Output: ByteStore & ~Copyable>(
    new: UInt32, old: UInt32, in base: borrowing Base, _ output: borrowing Output
  ) {
    if new == end, kind > UInt32(Reference.word) {
      learn(output.word(start), count: output.count) { output.word($0) }
      end = 0
    }
    if new == wordStart &+ 4 {
      let (was, now) = (base.word(old &- 3), output.word(wordStart))
      if now != (end == new ? predicted : was) { cache.learn(was, shift: now &- was) }
      wordStart = .max
    }
  }

  private func learn(_ word: UInt32, count: UInt32, _ output: (UInt32) -> UInt32) {
    guard (word ^ bytes) << (32 &- 8 &* (end &- start)) != 0,
      let now = Reference.at(start, word, in: set, count: count, output), UInt32(now.kind) == kind
    else { return }
    // The rest comes with an instruction that is still to come; only the upper part is known to be wrong.
    let rest = now.isUpper ? predicted &- now.upperPart(of: predicted, at: start) : 0
    cache.learn(target, shift: now.target &+ rest &- target)
  }

  private mutating func recognise<Base: ByteStore & ~Copyable>(
    new: UInt32, old: UInt32, in base: borrowing Base, _ map: AddressMap
  ) {
    end = 0
    guard old & 3 == 0 || old >= nextInstruction && old & (set.alignment &- 1) == 0 else { return }
    let word = base.word(old)
    if old & 3 == 0 {
      wordStart = new
      if let moved = moved(word, map) {
        (start, end, bytes, predicted) = (new, new &+ 4, moved, moved)
        (kind, target) = (UInt32(Reference.word), word)
        return
      }
    }
    guard set != .none, old >= nextInstruction, old & (set.alignment &- 1) == 0 else { return }
    nextInstruction = old &+ set.length(word)
    guard let found = Reference.at(old, word, in: set, count: base.count, { base.word($0) }) else { return }
    let expected =
      found.target &+ (cache.shift(of: found.target) ?? projectedShift(found, new: new, old: old, base.count, map))
    guard let rewritten = found.rewritten(word, at: new, target: expected) else { return }
    (start, end, bytes, predicted) = (new, new &+ UInt32(found.length), rewritten, expected)
    (kind, target) = (UInt32(found.kind), found.target)
  }

  /// Where a word that is an address points now.
  private func moved(_ word: UInt32, _ map: AddressMap) -> UInt32? {
    let offset = settings.layout.offset(ofAddress: word, inNew: false)
    guard offset != nil || word >> 24 == UInt32(settings.memoryPage) && word >> 24 != 0 else { return nil }
    if let shift = cache.shift(of: word) { return word &+ shift }
    if let offset { return settings.layout.address(ofOffset: map.projected(offset), inNew: true) }
    return word &+ (cache.shift(.far, word) ?? 0)
  }

  private func projectedShift(
    _ reference: Reference, new: UInt32, old: UInt32, _ count: UInt32, _ map: AddressMap
  ) -> UInt32 {
    let target = reference.target
    if set == .riscv, reference.isAbsolute {
      if let moved = moved(target, map) { return moved &- target }
    } else if settings.layout.count > 1, let from = settings.layout.address(ofOffset: old, inNew: false),
      let here = settings.layout.address(ofOffset: new, inNew: true),
      let offset = settings.layout.offset(ofAddress: from &+ (target &- old), inNew: false),
      let address = settings.layout.address(ofOffset: map.projected(offset), inNew: true)
    {
      return new &+ (address &- here) &- target
    } else if target < count {
      return map.projected(target) &- target
    }
    return cache.shift(.far, target) ?? 0
  }
}
