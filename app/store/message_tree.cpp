/// app/store/message_tree.cpp: messages as a tree: reading branches, siblings, switching, adding.
#include <algorithm>
#include <unordered_map>

#include "app/store/store_state.h"

namespace soliloquy::store {
namespace {

struct Node {
    MessageId id = 0, parent = 0, active_child = 0;
};

/// The shape of a conversation's tree. Tolerant: a parent that is missing, or not older, makes a first message.
struct Tree {
    std::vector<Node> nodes;                                         // by id
    std::unordered_map<MessageId, std::vector<MessageId>> children;  // by id; key 0 = first messages
    std::unordered_map<MessageId, MessageId> active;                 // key 0 = the conversation's

    [[nodiscard]] const std::vector<MessageId>* children_of(MessageId id) const {
        const auto found = children.find(id);
        return found == children.end() ? nullptr : &found->second;
    }
    /// The child that is shown: the chosen one, or else the youngest; 0 = none.
    [[nodiscard]] MessageId shown_child(MessageId id) const {
        const auto* list = children_of(id);
        if (list == nullptr || list->empty()) return 0;
        const auto chosen = active.find(id);
        if (chosen != active.end() && std::find(list->begin(), list->end(), chosen->second) != list->end()) return chosen->second;
        return list->back();
    }
};

Tree read_tree(Sql& sql, ConversationId conversation) {
    Tree tree;
    {
        Query row(sql.statement("SELECT active_root FROM conversations WHERE id = ?"));
        if (!row.with(conversation).next()) {
            throw StoreError{StoreErrorCode::not_found, "There is no conversation " + std::to_string(conversation)};
        }
        tree.active[0] = row.integer(0);
    }
    Query row(sql.statement("SELECT id, parent_id, active_child FROM messages WHERE conversation_id = ? ORDER BY id"));
    row.with(conversation);
    std::unordered_map<MessageId, bool> known;
    while (row.next()) {
        Node node{.id = row.integer(0), .parent = row.integer(1), .active_child = row.integer(2)};
        if (!known.contains(node.parent)) node.parent = 0;
        known[node.id] = true;
        tree.children[node.parent].push_back(node.id);
        tree.active[node.id] = node.active_child;
        tree.nodes.push_back(node);
    }
    return tree;
}

void set_siblings(Message& message, const Tree& tree) {
    const auto* list = tree.children_of(message.parent);
    if (list == nullptr) list = tree.children_of(0);
    if (list == nullptr) return;
    message.sibling_count = static_cast<uint32_t>(list->size());
    message.sibling_index = static_cast<uint32_t>(std::find(list->begin(), list->end(), message.id) - list->begin());
}

ConversationId conversation_of(Sql& sql, MessageId id) {
    Query row(sql.statement("SELECT conversation_id FROM messages WHERE id = ?"));
    if (!row.with(id).next()) throw StoreError{StoreErrorCode::not_found, "There is no message " + std::to_string(id)};
    return row.integer(0);
}

std::optional<int64_t> field_of(Role role, PartKind kind) {
    if (kind == PartKind::reasoning) return 2;
    if (kind != PartKind::text) return std::nullopt;
    if (role == Role::user) return 0;
    if (role == Role::assistant) return 1;
    return std::nullopt;
}

void make_active(Sql& sql, ConversationId conversation, MessageId parent, MessageId child) {
    if (parent == 0) {
        sql.run("UPDATE conversations SET active_root = ? WHERE id = ?", child, conversation);
    } else {
        sql.run("UPDATE messages SET active_child = ? WHERE id = ?", child, parent);
    }
}

}  // namespace

std::vector<Part> read_parts(Sql& sql, MessageId id) {
    Query row(sql.statement("SELECT kind, body, token_begin, token_end, origins FROM parts WHERE message_id = ? ORDER BY position"));
    row.with(id);
    std::vector<Part> parts;
    while (row.next()) {
        parts.push_back({.kind = static_cast<PartKind>(row.integer(0)),
                         .text = row.text(1),
                         .token_begin = static_cast<uint32_t>(row.integer(2)),
                         .token_end = static_cast<uint32_t>(row.integer(3)),
                         .origins = static_cast<uint32_t>(row.integer(4))});
    }
    return parts;
}

Message read_message(Sql& sql, MessageId id) {
    Message message;
    {
        Query row(
            sql.statement("SELECT conversation_id, parent_id, role, status, thought_closed_by, created, model_name, model_hash, "
                          "prompt_opens_thought, prompt_tokens, tokens, thought_tokens, thought_ms, answer_ms, tokens_per_second "
                          "FROM messages WHERE id = ?"));
        if (!row.with(id).next()) throw StoreError{StoreErrorCode::not_found, "There is no message " + std::to_string(id)};
        message.id = id;
        message.conversation = row.integer(0);
        message.parent = row.integer(1);
        message.role = static_cast<Role>(row.integer(2));
        message.status = static_cast<MessageStatus>(row.integer(3));
        message.thought_closed_by = static_cast<ClosedBy>(row.integer(4));
        message.created = row.integer(5);
        message.model_name = row.text(6);
        message.model_hash = row.text(7);
        message.prompt_opens_thought = row.integer(8) != 0;
        message.counters = {.prompt_tokens = static_cast<uint32_t>(row.integer(9)),
                            .tokens = static_cast<uint32_t>(row.integer(10)),
                            .thought_tokens = static_cast<uint32_t>(row.integer(11)),
                            .thought_ms = static_cast<uint64_t>(row.integer(12)),
                            .answer_ms = static_cast<uint64_t>(row.integer(13)),
                            .tokens_per_second = row.real(14)};
    }
    message.parts = read_parts(sql, id);
    append_runs(message.parts, read_runs(sql, id));
    return message;
}

void insert_part(Sql& sql, MessageId message, Role role, uint32_t position, const Part& part) {
    sql.run("INSERT INTO parts (message_id, position, kind, body, token_begin, token_end, origins, field) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            message, position, static_cast<int>(part.kind), part.text, part.token_begin, part.token_end, part.origins,
            field_of(role, part.kind));
}

void renumber_parts(Sql& sql, MessageId message) {
    std::vector<int64_t> ids;
    {
        Query row(sql.statement("SELECT id FROM parts WHERE message_id = ? ORDER BY position"));
        row.with(message);
        while (row.next()) ids.push_back(row.integer(0));
    }
    for (size_t i = 0; i < ids.size(); ++i) sql.run("UPDATE parts SET position = ? WHERE id = ?", static_cast<uint64_t>(i), ids[i]);
}

MessageId insert_message(Sql& sql, const Message& message) {
    if (message.parent != 0 && conversation_of(sql, message.parent) != message.conversation) {
        throw StoreError{StoreErrorCode::invalid, "A message can only follow one of its own conversation"};
    }
    const Counters& counters = message.counters;
    sql.run(
        "INSERT INTO messages (conversation_id, parent_id, role, status, thought_closed_by, created, model_name, model_hash, "
        "prompt_opens_thought, prompt_tokens, tokens, thought_tokens, thought_ms, answer_ms, tokens_per_second) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        message.conversation, message.parent == 0 ? std::nullopt : std::optional(message.parent), static_cast<int>(message.role),
        static_cast<int>(message.status), static_cast<int>(message.thought_closed_by), message.created, message.model_name,
        message.model_hash, message.prompt_opens_thought, counters.prompt_tokens, counters.tokens, counters.thought_tokens,
        counters.thought_ms, counters.answer_ms, counters.tokens_per_second);
    const MessageId id = sql.last_id();
    make_active(sql, message.conversation, message.parent, id);
    return id;
}

StoreResult<std::vector<Message>> ConversationStore::active_path(ConversationId id) const {
    return guarded<std::vector<Message>>([&] {
        const Tree tree = read_tree(*state_->sql, id);
        std::vector<Message> path;
        for (MessageId at = tree.shown_child(0); at != 0; at = tree.shown_child(at)) {
            path.push_back(read_message(*state_->sql, at));
            set_siblings(path.back(), tree);
        }
        return path;
    });
}

StoreResult<std::vector<Message>> ConversationStore::all_messages(ConversationId id) const {
    return guarded<std::vector<Message>>([&] {
        const Tree tree = read_tree(*state_->sql, id);
        std::vector<Message> messages;
        for (const Node& node : tree.nodes) {
            messages.push_back(read_message(*state_->sql, node.id));
            set_siblings(messages.back(), tree);
        }
        return messages;
    });
}

StoreResult<Message> ConversationStore::message(MessageId id) const {
    return guarded<Message>([&] {
        Message message = read_message(*state_->sql, id);
        set_siblings(message, read_tree(*state_->sql, message.conversation));
        return message;
    });
}

StoreResult<std::vector<MessageId>> ConversationStore::siblings(MessageId id) const {
    return guarded<std::vector<MessageId>>([&]() -> std::vector<MessageId> {
        const Tree tree = read_tree(*state_->sql, conversation_of(*state_->sql, id));
        for (const auto& [parent, list] : tree.children) {
            if (std::find(list.begin(), list.end(), id) != list.end()) return list;
        }
        return {id};
    });
}

StoreStatus ConversationStore::activate(MessageId id) {
    return guarded_status([&] {
        const ConversationId conversation = conversation_of(*state_->sql, id);
        const Tree tree = read_tree(*state_->sql, conversation);
        std::unordered_map<MessageId, MessageId> parents;
        for (const Node& node : tree.nodes) parents[node.id] = node.parent;
        Transaction transaction(*state_->sql, Durability::soon);
        for (MessageId at = id; at != 0; at = parents[at]) make_active(*state_->sql, conversation, parents[at], at);
        transaction.commit();
    });
}

StoreResult<MessageId> ConversationStore::add_message(const Message& message, const TokenColumns& tokens) {
    return guarded<MessageId>([&] {
        if (message.status == MessageStatus::streaming) {
            throw StoreError{StoreErrorCode::invalid, "A message that is added whole cannot be one that is still written"};
        }
        Transaction transaction(*state_->sql, Durability::now);
        const MessageId id = insert_message(*state_->sql, message);
        uint32_t position = 0;
        for (const Part& part : message.parts) insert_part(*state_->sql, id, message.role, position++, part);
        if (!tokens.empty()) write_tokens(*state_->sql, TokenTable::message_tokens, id, tokens);
        transaction.commit();
        return id;
    });
}

}  // namespace soliloquy::store
