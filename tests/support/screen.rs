//! What a terminal shows after it got these bytes, as far as questions need it: lines that wrap, and parts that are cleared.

/// A screen that is high enough for everything.
struct Screen {
    lines: Vec<Vec<char>>,
    columns: usize,
    row: usize,
    /// Behind the last column while nothing has been written on the next line.
    column: usize,
}

/// The lines, without blanks at their ends.
pub(crate) fn shown(bytes: &[u8], columns: usize) -> Vec<String> {
    let mut screen = Screen { lines: Vec::new(), columns, row: 0, column: 0 };
    let text = String::from_utf8_lossy(bytes);
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '\r' => screen.column = 0,
            '\n' => screen.row += 1,
            '\u{1b}' => {
                characters.next();
                let mut parameter = String::new();
                let end = characters.find(|character| {
                    parameter.push(*character);
                    character.is_ascii_alphabetic()
                });
                parameter.pop();
                screen.obey(&parameter, end.unwrap_or_default());
            }
            character => screen.put(character),
        }
    }
    screen.lines.iter().map(|line| line.iter().collect::<String>().trim_end().to_owned()).collect()
}

impl Screen {
    fn put(&mut self, character: char) {
        if self.column == self.columns {
            (self.row, self.column) = (self.row + 1, 0);
        }
        *self.cell(self.row, self.column) = character;
        self.column += 1;
    }

    fn cell(&mut self, row: usize, column: usize) -> &mut char {
        let needed = self.lines.len().max(row + 1);
        self.lines.resize_with(needed, Vec::new);
        let line = &mut self.lines[row];
        let needed = line.len().max(column + 1);
        line.resize(needed, ' ');
        &mut line[column]
    }

    /// A control sequence.
    fn obey(&mut self, parameter: &str, end: char) {
        let count = parameter.parse().unwrap_or(1);
        let at = self.column.min(self.columns - 1);
        match end {
            'A' => self.row = self.row.saturating_sub(count),
            'B' => self.row += count,
            'C' => self.column = (at + count).min(self.columns - 1),
            'D' => self.column = at.saturating_sub(count),
            'K' => {
                self.cell(self.row, 0);
                let kept = if parameter == "2" { 0 } else { at };
                self.lines[self.row].truncate(kept);
            }
            // Colours, and whether the cursor is seen.
            'm' | 'h' | 'l' => {}
            other => panic!("this screen does not know {parameter:?} {other:?}"),
        }
    }
}
