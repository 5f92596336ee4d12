use {
    super::Queries,
    crate::{module::postgresql::client::Rows, wire::Object},
    serde_json::{Value, json},
    std::time::Duration,
};

/// What one query gave, and how long it took.
pub struct Answer {
    pub rows: Rows,
    pub took: Duration,
}

/// What the queries gave.
pub struct Results {
    pub answers: Vec<Answer>,
}

impl Results {
    /// Whether they changed something, as Ansible judges by the server's word for what was done.
    pub fn changed(&self) -> bool {
        self.answers.iter().any(|answer| changes(&answer.rows.tag))
    }

    /// The return values.
    pub fn data(&self, queries: &Queries) -> Object {
        let last = self.answers.last();
        let lists: Vec<Value> = self
            .answers
            .iter()
            .map(|answer| list(&answer.rows))
            .collect();
        let count = |answer: &Answer| answer.rows.count().max(answer.rows.rows.len() as u64);
        let milliseconds = |answer: &Answer| (answer.took.as_secs_f64() * 1e7).round() / 1e4;
        let data = json!({
            "query": queries.filled.last(),
            "query_list": queries.written,
            "statusmessage": last.map(|answer| answer.rows.tag.as_str()).unwrap_or_default(),
            "query_result": lists.last().cloned().unwrap_or_else(|| json!({})),
            "query_all_results": lists,
            "rowcount": self.answers.iter().map(count).sum::<u64>(),
            "execution_time_ms": self.answers.iter().map(milliseconds).collect::<Vec<_>>(),
        });
        data.as_object().cloned().unwrap_or_default()
    }
}

/// No rows are an empty object, as Ansible has it.
fn list(rows: &Rows) -> Value {
    match rows.is_empty() {
        true => json!({}),
        false => rows.objects().into_iter().map(Value::Object).collect(),
    }
}

fn changes(tag: &str) -> bool {
    if tag.contains("SELECT") || tag.contains("SHOW") {
        return false;
    }
    let counted = ["UPDATE", "INSERT", "DELETE"]
        .iter()
        .any(|word| tag.contains(word));
    !(counted && tag.ends_with(" 0"))
}

#[cfg(test)]
mod tests {
    use super::changes;

    #[test]
    fn judges_by_what_was_done() {
        for tag in ["INSERT 0 1", "CREATE TABLE", "DELETE 3", "VACUUM"] {
            assert!(changes(tag), "{tag}");
        }
        for tag in ["SELECT 3", "SHOW", "UPDATE 0", "INSERT 0 0"] {
            assert!(!changes(tag), "{tag}");
        }
    }
}
