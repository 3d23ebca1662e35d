import AsvinDelta
import Synchronization

/// Tries covers and settings on a pair of images, by what they would cost.
struct Trial: Sendable {
  let old: [UInt8]
  let new: [UInt8]
  let profile: Profile
  let effort: Effort
  private let progress: @Sendable (_ done: UInt64, _ total: UInt64) -> Void
  private let steps = Steps()
  private let writer: PatchWriter
  private let index: SuffixIndex

  /// Images above these bytes are looked at in fewer ways.
  private static let large = 4 << 20

  init(
    old: [UInt8], new: [UInt8], profile: Profile, effort: Effort = .normal,
    progress: @escaping @Sendable (_ done: UInt64, _ total: UInt64) -> Void = { _, _ in }
  ) {
    (self.old, self.new, self.profile, self.effort, self.progress) = (old, new, profile, effort, progress)
    writer = PatchWriter(old: old, new: new)
    index = SuffixIndex(old)
  }

  /// The plan that costs least: first on plain covers, with the machine code that explains most; then on covers that
  /// look through references, at the costs that the model told; then with what the gaps repeat.
  func best(among sets: [InstructionSet]) -> Plan {
    let covers = old.isEmpty ? [] : CoverSearch(plain: index, new: new).covers(Costs())
    let placed = Plan(covers: covers, settings: settings(covers), profile: profile)
    let voted = SetVote(old: old, new: new, covers: covers).best(effort == .max ? 3 : 2, among: sets)
    var best = cheapest(voted.map { with(placed, set: $0) })
    best = improved(best)
    if effort == .fast || old.isEmpty { return filled(best) }
    let isLarge = new.count > Self.large && effort == .normal
    let search = maskedSearch(best)
    let measured = writer.tally(best, literals: literals).tally.costs(after: Costs())
    var choices = [Costs(), measured]
    if effort == .max { choices += [Costs(miss: 8, literal: 7, begin: 20), Costs(reference: 4, miss: 9, begin: 16)] }
    let plans = concurrentMap(isLarge ? [measured] : choices) { [best] costs in
      let covers = search.covers(costs)
      var again = best
      (again.covers, again.bits) = (covers, .infinity)
      var anew = again
      anew.settings.layout = settings(covers).layout
      return anew.settings.layout == again.settings.layout ? [again] : [again, anew]
    }
    best = cheapest([best] + plans.flatMap(\.self))
    if isLarge { return filled(best) }
    best = improved(best)
    var whole = filled(best)
    for _ in 0..<(effort == .max ? 12 : 6) {
      // Now that gaps are filled, what is not covered costs less than its literals: other covers are worth it.
      let again = filled(recovered(best, search, whole))
      let isWorthIt = again.bits < whole.bits * (effort == .max ? 0.9995 : 0.99)
      whole = cheapest([whole, again])
      if !isWorthIt { break }
    }
    return whole
  }

  /// A plan with covers that are searched at the costs of a plan whose gaps are filled.
  private func recovered(_ plan: Plan, _ search: CoverSearch, _ whole: Plan) -> Plan {
    let (bits, tally) = writer.tally(plan, literals: literals)
    var costs = tally.costs(after: Costs())
    let (sum, count) = tally.allLiterals
    if count > 0 { costs.literal = max(1, (sum - (bits - whole.bits)) / count) }
    costs.end = 4
    var again = plan
    (again.covers, again.bits) = (search.covers(costs), .infinity)
    return again
  }

  /// A plan made to be written over the old image.
  func inPlace(_ plan: Plan, _ inPlace: Windows.InPlace) -> Plan {
    filled(cheapest(InPlaceCovers(old: old, new: new, inPlace: inPlace).plans(plan)))
  }

  private var literals: [Float] { [Float](repeating: 6, count: new.count) }

  /// The plan with its gaps filled, and with the memory spent where it saves most.
  private func filled(_ plan: Plan) -> Plan {
    var (best, literals, copies) = (plan, self.literals, CopyPrices())
    var candidate = plan
    for round in 0..<(effort == .max ? 8 : new.count > Self.large ? 2 : 4) {
      let (bits, tally) = writer.tally(candidate, literals: literals)
      let isWorthIt = round == 0 || bits < best.bits * 0.997
      if bits < best.bits { (best, best.bits) = (candidate, bits) }
      if !isWorthIt { break }
      literals = tally.literals
      if round > 0 { copies = CopyPrices(counting: tally.copies) }
      let gaps = GapSearch(
        old: old, new: new, index: index, literals: literals, hit: tally.costs(after: Costs()).hit, prices: copies,
        effort: effort)
      (candidate.covers, candidate.bits) = (gaps.covers(in: plan), .infinity)
    }
    var rich = best
    (rich.emphasis, rich.bits) = (.literals, .infinity)
    return cheapest(profile == .linux ? [best, candidate] : [best, candidate, rich])
  }

  /// The search on the images as they look when references say nothing.
  private func maskedSearch(_ plan: Plan) -> CoverSearch {
    let (set, layout) = (plan.settings.set, plan.settings.layout)
    let maskedOld = MaskedImage.bytes(old, set: set) { layout.offset(ofAddress: $0, inNew: false) != nil }
    let maskedNew = MaskedImage.bytes(new, set: set) { layout.offset(ofAddress: $0, inNew: true) != nil }
    return CoverSearch(plain: index, new: new, masked: (SuffixIndex(maskedOld), maskedNew))
  }

  /// Sizes, and the load address where one can be inferred.
  private func settings(_ covers: [Cover]) -> PatchSettings {
    var settings = PatchSettings()
    settings.oldSize = UInt32(old.count)
    settings.newSize = UInt32(new.count)
    settings.layout = LayoutInference.layout(old: old, new: new, covers: covers)
    return settings
  }

  /// The plan with or without a layout, and with the page of RAM that helps most.
  private func improved(_ plan: Plan) -> Plan {
    var unplaced = plan
    (unplaced.settings.layout, unplaced.bits) = (Layout(), .infinity)
    let best = plan.settings.layout.count == 0 ? plan : cheapest([plan, unplaced])
    let pages = LayoutInference.memoryPages(
      old: old, new: new, covers: plan.covers, layout: best.settings.layout)
    return cheapest(
      [best]
        + pages.filter { $0 != best.settings.memoryPage }.map { page in
          var candidate = best
          (candidate.settings.memoryPage, candidate.bits) = (page, .infinity)
          return candidate
        })
  }

  private func with(_ plan: Plan, set: InstructionSet) -> Plan {
    var plan = plan
    (plan.settings.set, plan.bits) = (set, .infinity)
    return plan
  }

  /// The cheapest plan; those whose price is known are not priced again.
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

/// How long to look for a smaller patch.
public enum Effort: String, CaseIterable, Sendable {
  /// Covers of the images as they are.
  case fast
  /// Also covers that look through references, in a few ways.
  case normal
  /// In more ways, for the last percent.
  case max
}

/// How many plans were tried, of about how many.
private final class Steps: Sendable {
  private let done = Atomic<UInt64>(0)
  private static let total: UInt64 = 16

  func next(_ progress: (UInt64, UInt64) -> Void) {
    let done = done.add(1, ordering: .relaxed).newValue
    progress(min(done, Self.total), Self.total)
  }
}
