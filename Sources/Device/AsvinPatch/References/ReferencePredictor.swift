/// Predicts a copied byte: the old byte, unless it belongs to a reference whose target has moved.
///
/// Functions that change nothing are also `mutating`: see ``PatchCodec``.
@safe
struct ReferencePredictor {
  /// Facts about the images and the places of their parts. They are in the workspace and are read there, because they
  /// are too large to be copied to a device's stack at every word.
  private let settings: UnsafeMutablePointer<PatchSettings>
  private let regions: RegionView
  private var cache: TargetCache
  /// Where parts of the old image have moved.
  var map: AddressMap

  /// The reference or word that is being written: its place, its predicted bytes, and its target.
  private var start: UInt32 = 0
  private var end: UInt32 = 0
  private var bytes: UInt32 = 0
  private var kind: UInt32 = 0
  private var target: UInt32 = 0
  private var predicted: UInt32 = 0
  private var nextInstruction: UInt32 = 0
  private var wordStart: UInt32 = .max
  /// Whether the source is in the new image, and the start of the source's image.
  private var isRepeat = false
  private var origin: UInt32 = 0

  @unsafe
  init(_ settings: UnsafeMutablePointer<PatchSettings>, _ tables: Tables, in workspace: inout PatchWorkspace) {
    unsafe self.settings = settings
    regions = unsafe RegionView(PatchSettings.layout(in: settings))
    map = AddressMap(capacity: tables.covers, in: &workspace)
    cache = TargetCache(targets: tables.targets, in: &workspace)
  }

  private var set: InstructionSet { unsafe settings.pointee.set }
  private var memoryPage: UInt32 { unsafe UInt32(settings.pointee.memoryPage) }

  /// Starts a cover. A reference that extends over its start is not known.
  mutating func begin(old: UInt32, _ oldSize: UInt32) {
    end = 0
    wordStart = .max
    isRepeat = old >= oldSize
    origin = isRepeat ? oldSize : 0
    nextInstruction = (old &- origin &+ set.alignment &- 1) & ~(set.alignment &- 1)
  }

  /// The kind of the reference that a byte belongs to, and the byte's place in it; 0 for none.
  func kind(at new: UInt32) -> (kind: UInt32, place: UInt32) { new < end ? (kind, new &- start) : (0, 0) }

  /// Predicts a byte from the byte at a source.
  mutating func predict<Base: ByteStore & ~Copyable, Output: PatchOutput & ~Copyable>(
    new: UInt32, source: UInt32, plain: UInt32, in images: inout Images<Base, Output>
  ) -> UInt32 {
    if new >= end { recognise(new: new, old: source &- origin, in: &images) }
    return new < end ? bytes >> (8 &* (new &- start)) & 255 : plain
  }

  /// Learns the target of a reference or a word, once it is complete.
  mutating func finish<Base: ByteStore & ~Copyable, Output: PatchOutput & ~Copyable>(
    new: UInt32, source: UInt32, in images: inout Images<Base, Output>
  ) {
    if isRepeat { return }
    if new == end, kind > UInt32(Reference.word) {
      learn(in: &images)
      end = 0
    }
    if new == wordStart &+ 4 {
      let (was, now) = (images.word(source &- 3), images.word(images.base.count &+ wordStart))
      if now != (end == new ? predicted : was) { cache.learn(was, shift: now &- was) }
      wordStart = .max
    }
  }

  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private mutating func learn<Base: ByteStore & ~Copyable, Output: PatchOutput & ~Copyable>(
    in images: inout Images<Base, Output>
  ) {
    let word = images.word(images.base.count &+ start)
    guard (word ^ bytes) << (32 &- 8 &* (end &- start)) != 0,
      let now = reference(start, word, inResult: true, of: &images), UInt32(now.kind) == kind
    else { return }
    // The rest is in an instruction that is still to come. At this point only the upper part is known to be wrong.
    let rest = now.isUpper ? predicted &- now.upperPart(of: predicted, at: start) : 0
    cache.learn(target, shift: now.target &+ rest &- target)
  }

  /// The reference at an offset of the base or the result, as far as they are known.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private mutating func reference<Base: ByteStore & ~Copyable, Output: PatchOutput & ~Copyable>(
    _ offset: UInt32, _ word: UInt32, inResult: Bool, of images: inout Images<Base, Output>
  ) -> Reference? {
    let start = inResult ? images.base.count : 0
    let count = inResult ? images.output.count : images.base.count
    return Reference.at(offset, word, in: set, count: count) { images.word(start &+ $0) }
  }

  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private mutating func recognise<Base: ByteStore & ~Copyable, Output: PatchOutput & ~Copyable>(
    new: UInt32, old: UInt32, in images: inout Images<Base, Output>
  ) {
    end = 0
    guard old & 3 == 0 || old >= nextInstruction && old & (set.alignment &- 1) == 0 else { return }
    let word = images.word(origin &+ old)
    if old & 3 == 0, !isRepeat {
      wordStart = new
      if let moved = moved(word) {
        (start, end, bytes, predicted) = (new, new &+ 4, moved, moved)
        (kind, target) = (UInt32(Reference.word), word)
        return
      }
    }
    guard set != .none, old >= nextInstruction, old & (set.alignment &- 1) == 0 else { return }
    nextInstruction = old &+ set.length(word)
    guard let found = reference(old, word, inResult: isRepeat, of: &images) else { return }
    var expected = found.target
    if isRepeat {
      guard found.isFar else { return }
    } else {
      expected =
        expected &+ (cache.shift(of: expected) ?? projectedShift(found, new: new, old: old, images.base.count))
    }
    guard let rewritten = found.rewritten(word, at: new, target: expected) else { return }
    (start, end, bytes, predicted) = (new, new &+ UInt32(found.length), rewritten, expected)
    (kind, target) = (UInt32(found.kind), found.target)
  }

  /// The new target of a word that is an address.
  private mutating func moved(_ word: UInt32) -> UInt32? {
    let offset = regions.offset(ofAddress: word, inNew: false)
    guard offset != nil || word >> 24 == memoryPage && word >> 24 != 0 else { return nil }
    if let shift = cache.shift(of: word) { return word &+ shift }
    if let offset { return regions.address(ofOffset: map.projected(offset), inNew: true) }
    return word &+ (cache.shift(.far, word) ?? 0)
  }

  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private mutating func projectedShift(
    _ reference: Reference, new: UInt32, old: UInt32, _ count: UInt32
  ) -> UInt32 {
    let target = reference.target
    if set == .riscv, reference.isAbsolute {
      if let moved = moved(target) { return moved &- target }
    } else if regions.count > 1, let from = regions.address(ofOffset: old, inNew: false),
      let here = regions.address(ofOffset: new, inNew: true),
      let offset = regions.offset(ofAddress: from &+ (target &- old), inNew: false),
      let address = regions.address(ofOffset: map.projected(offset), inNew: true)
    {
      return new &+ (address &- here) &- target
    } else if target < count {
      return map.projected(target) &- target
    }
    return cache.shift(.far, target) ?? 0
  }
}
