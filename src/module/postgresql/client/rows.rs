use {super::value, crate::wire::Object, serde_json::Value};

/// What a statement gave.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    pub columns: Vec<Column>,
    pub rows: Vec<Vec<Option<String>>>,
    /// The server's word for what was done: `INSERT 0 1`.
    pub tag: String,
}

#[derive(Clone, Debug)]
pub struct Column {
    pub name: String,
    /// The number of its type.
    pub kind: u32,
}

/// One row, by the names of its columns.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    columns: &'a [Column],
    values: &'a [Option<String>],
}

impl Rows {
    pub fn iter(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|values| Row {
            columns: &self.columns,
            values,
        })
    }

    pub fn first(&self) -> Option<Row<'_>> {
        self.iter().next()
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The first column of each row; what is null is left out.
    pub fn names(&self) -> Vec<String> {
        let first = |row: &Vec<Option<String>>| row.first().cloned().flatten();
        self.rows.iter().filter_map(first).collect()
    }

    /// The rows as Ansible returns them.
    pub fn objects(&self) -> Vec<Object> {
        self.iter().map(|row| row.object()).collect()
    }

    /// How many rows the statement gave or changed.
    pub fn count(&self) -> u64 {
        let last = self.tag.rsplit(' ').next();
        last.and_then(|word| word.parse().ok()).unwrap_or_default()
    }
}

impl<'a> Row<'a> {
    /// A value as the server wrote it; `None` where it is null or there is no such column.
    pub fn text(&self, column: &str) -> Option<&'a str> {
        let at = self.columns.iter().position(|known| known.name == column)?;
        self.values.get(at)?.as_deref()
    }

    /// As `text`, with nothing for null.
    pub fn or_empty(&self, column: &str) -> &'a str {
        self.text(column).unwrap_or_default()
    }

    pub fn is_true(&self, column: &str) -> bool {
        self.text(column) == Some("t")
    }

    pub fn object(&self) -> Object {
        let pairs = self.columns.iter().zip(self.values);
        let read = |(column, value): (&Column, &Option<String>)| {
            let value = value
                .as_deref()
                .map_or(Value::Null, |text| value::read(column.kind, text));
            (column.name.clone(), value)
        };
        pairs.map(read).collect()
    }
}
