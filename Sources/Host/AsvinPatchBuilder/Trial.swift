import AsvinPatch
import Synchronization

/// Tries covers and settings on a pair of images and compares their costs.
struct Trial: Sendable {
  let old: [UInt8]
  let new: [UInt8]
  let profile: Profile
  let effort: Effort
  private let progress: @Sendable (_ done: UInt64, _ total: UInt64) -> Void
  private let steps = Steps()
  private let writer: PatchWriter

  /// Above this size in bytes, fewer variants are tried.
  private static let large = 4 << 20

  init(
    old: [UInt8], new: [UInt8], profile: Profile, effort: Effort = .normal,
    progress: @escaping @Sendable (_ done: UInt64, _ total: UInt64) -> Void = { _, _ in }
  ) {
    (self.old, self.new, self.profile, self.effort, self.progress) = (old, new, profile, effort, progress)
    writer = PatchWriter(old: old, new: new)
  }

  /// Returns the plan with the lowest cost. It starts with plain covers and the instruction set that explains the most.
  /// Then it searches covers that ignore the targets of references, at the costs that the model measured. Last, it
  /// fills the gaps with repeats.
  func best(among sets: [InstructionSet]) -> Plan {
    if old.isEmpty { return compressed(among: sets) }
    var images = SearchedImages(old: SuffixIndex(old), new: new)
    let covers = CoverSearch(old: old, new: new, searched: images).covers(Costs())
    let first = Plan(covers: covers, settings: settings(covers), profile: profile)
    let voted = SetVote(old: old, new: new, covers: covers).best(effort == .max ? 3 : 2, among: sets)
    var best = cheapest(voted.map { with(first, set: $0) })
    best = placed(best, triesNone: true)
    var filling = Filling(of: best, writer)
    if effort == .fast { return finished(filled(best, &filling, images, rounds: 4)) }
    let isLarge = new.count > Self.large && effort == .normal
    // For a large image, keep only one index in memory.
    if isLarge {
      images = SearchedImages(old: SuffixIndex([]), new: [])
      images = masked(best)
    }
    let search = CoverSearch(old: old, new: new, searched: isLarge ? images : masked(best))
    let measured = filling.tally.costs(after: Costs())
    var choices = [Costs(), measured]
    if effort == .max { choices += [Costs(miss: 8, literal: 7, begin: 20), Costs(reference: 4, miss: 9, begin: 16)] }
    let plans = concurrentMap(isLarge ? [measured] : choices) { [best] costs in
      var again = best
      (again.covers, again.bits) = (search.covers(costs), .infinity)
      var anew = again
      anew.settings.layout = settings(again.covers).layout
      return anew.settings.layout == again.settings.layout ? [again] : [again, anew]
    }
    best = cheapest([best] + plans.flatMap(\.self))
    best = paged(isLarge ? best : placed(best, triesNone: false))
    filling = Filling(of: best, writer)
    var plain = filling.tally
    _ = plain.takeLiterals()
    var whole = filled(best, &filling, images, rounds: isLarge ? 1 : 2)
    for _ in 0..<(isLarge ? 0 : effort == .max ? 12 : 3) {
      // Filled gaps cost less than their literals did, so other covers may now be better.
      var again = best
      again.covers = search.covers(plain.costs(after: Costs(), saving: filling.bits - whole.bits))
      let filled = filled(again, &filling, images, rounds: 1)
      let isWorthIt = filled.bits < whole.bits * (effort == .max ? 0.9995 : 0.99)
      if filled.bits < whole.bits { whole = filled }
      if !isWorthIt { break }
    }
    return finished(whole)
  }

  /// Returns the plan for an empty base: repeats in the image as it is, or in the image with anchored calls.
  private func compressed(among sets: [InstructionSet]) -> Plan {
    let known = sets.count == 1 ? sets : [.none] + AnchoredImage.sets(new, effort == .max ? 3 : 1, among: sets)
    let plain = Plan(covers: [], settings: settings([]), profile: profile)
    let images = SearchedImages(old: SuffixIndex([]), new: new)
    let plans = concurrentMap(known) { set in
      let plan = with(plain, set: set)
      var filling = Filling(of: plan, writer)
      return filled(plan, &filling, images, rounds: effort == .max ? 8 : effort == .fast ? 2 : 4)
    }
    return finished(cheapest(plans))
  }

  /// Returns a plan that is written over the old image.
  func inPlace(_ plan: Plan, _ inPlace: Windows.InPlace) -> Plan {
    let best = cheapest(InPlaceCovers(old: old, new: new, inPlace: inPlace).plans(plan))
    var filling = Filling(of: best, writer)
    return finished(
      cheapest([best, filled(best, &filling, SearchedImages(old: SuffixIndex(old), new: new), rounds: 2)]))
  }

  /// The plan with its gaps filled. The step is repeated, each time at the prices that the last pass measured.
  private func filled(_ plan: Plan, _ filling: inout Filling, _ images: SearchedImages, rounds: Int) -> Plan {
    var (best, candidate) = (plan, plan)
    best.bits = .infinity
    let anchored = AnchoredImage.bytes(new, set: plan.settings.set)
    for _ in 0..<rounds {
      let gaps = GapSearch(
        old: old, new: new, anchored: anchored, searched: images, literals: filling.tally.literals,
        hit: filling.tally.costs(after: Costs()).hit, prices: filling.prices, effort: effort)
      candidate.covers = gaps.covers(in: plan)
      candidate.bits = filling.tell(candidate, writer)
      let isWorthIt = candidate.bits < best.bits * 0.995
      if candidate.bits < best.bits { best = candidate }
      if !isWorthIt { break }
    }
    return best
  }

  /// Returns the plan with the emphasis that saves the most. In a large image, literals are tried only if there are
  /// many.
  private func finished(_ plan: Plan) -> Plan {
    let bytes = plan.covers.reduce(0) { $0 + Int($1.old < plan.settings.oldSize ? $1.length : 0) }
    guard profile != .linux, new.count < 256 << 10 || new.count - bytes > new.count / 32 else { return plan }
    var rich = plan
    (rich.emphasis, rich.bits) = (.literals, .infinity)
    return cheapest([plan, rich])
  }

  /// The images with their references masked.
  private func masked(_ plan: Plan) -> SearchedImages {
    let (set, layout) = (plan.settings.set, plan.settings.layout)
    let maskedOld = MaskedImage.bytes(old, set: set) { layout.offset(ofAddress: $0, inNew: false) != nil }
    let maskedNew = MaskedImage.bytes(new, set: set) { layout.offset(ofAddress: $0, inNew: true) != nil }
    return SearchedImages(old: SuffixIndex(maskedOld), new: maskedNew)
  }

  /// Sizes, and the load address if one can be inferred.
  private func settings(_ covers: [Cover]) -> PatchSettings {
    var settings = PatchSettings()
    settings.oldSize = UInt32(old.count)
    settings.newSize = UInt32(new.count)
    settings.layout = LayoutInference.layout(old: old, new: new, covers: covers)
    return settings
  }

  /// Returns the plan with the layout that saves the most, or without one.
  private func placed(_ plan: Plan, triesNone: Bool) -> Plan {
    let inferred = settings(plan.covers).layout
    let layouts = [triesNone ? Layout() : nil, ESPSegments.layout(old: old, new: new), inferred].compactMap(\.self)
    return cheapest(
      [plan]
        + layouts.filter { $0 != plan.settings.layout }.map { layout in
          var candidate = plan
          (candidate.settings.layout, candidate.bits) = (layout, .infinity)
          return candidate
        })
  }

  /// Returns the plan with the page of RAM that saves the most, or without one.
  private func paged(_ plan: Plan) -> Plan {
    let pages = LayoutInference.memoryPages(
      old: old, new: new, covers: plan.covers, layout: plan.settings.layout)
    return cheapest(
      [plan]
        + pages.map { page in
          var candidate = plan
          (candidate.settings.memoryPage, candidate.bits) = (page, .infinity)
          return candidate
        })
  }

  private func with(_ plan: Plan, set: InstructionSet) -> Plan {
    var plan = plan
    (plan.settings.set, plan.bits) = (set, .infinity)
    return plan
  }

  /// Returns the cheapest plan. A plan with a known cost is not measured again.
  private func cheapest(_ plans: [Plan]) -> Plan {
    let priced = concurrentMap(plans) { plan in
      var plan = plan
      if plan.bits == .infinity {
        plan.bits = writer.bits(plan)
        steps.next(progress)
      }
      return plan
    }
    return priced.min { $0.bits < $1.bits } ?? plans[0]
  }
}

/// The effort to find a smaller patch.
package enum Effort: String, CaseIterable, Sendable {
  /// Searches the unchanged images.
  case fast
  /// Also searches the images without the targets of references, in a few variants.
  case normal
  /// Searches more variants, for the last percent.
  case max
}

/// Counts the plans that were tried, and estimates their total.
private final class Steps: Sendable {
  private let done = Atomic<UInt64>(0)
  private static let total: UInt64 = 16

  func next(_ progress: (UInt64, UInt64) -> Void) {
    let done = done.add(1, ordering: .relaxed).newValue
    progress(min(done, Self.total), Self.total)
  }
}
