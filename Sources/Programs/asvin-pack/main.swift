import AsvinPrograms

CommandProgram.run(PackProgram.self)
