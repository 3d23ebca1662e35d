/// The forms of an instruction set, in flash.
@safe
struct FormTable {
  private let start: UnsafePointer<Form>
  private let count: Int

  @unsafe
  init(start: UnsafePointer<Form>, count: Int) {
    unsafe self.start = start
    self.count = count
  }

  /// The number of the first form that identifies an instruction; `nil` if there is none.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  func first(telling word: UInt32) -> Int? {
    for number in 0..<count where unsafe word & start[number].mask == start[number].match { return number }
    return nil
  }

  /// A form by the number that ``first(telling:)`` returned.
  subscript(number: Int) -> FormView { unsafe FormView(start + number) }
}
