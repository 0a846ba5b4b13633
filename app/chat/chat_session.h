/// app/chat/chat_session.h: the conversation on the desk: what is shown, what is written now, and every command of the user on it.
#pragma once

#include <QObject>
#include <QString>
#include <QTimer>
#include <QVector>
#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>

#include "app/chat/chat_settings.h"
#include "app/chat/clock.h"
#include "app/chat/message_view.h"
#include "app/store/conversation_store.h"
#include "engine/engine.h"

namespace soliloquy {

class GenerationWorker;
struct GenerationDelta;
struct StreamPiece;
struct GenerationEnd;

/// In the place of open_engine(): tests give a scripted one.
using EngineOpener = std::function<Result<std::shared_ptr<Engine>>(const std::filesystem::path&, const LoadOptions&)>;

enum class ChatState : uint8_t {
    idle,
    loading_model,   ///< load_progress() tells how far
    reading_prompt,  ///< prompt_progress() tells how far
    thinking,
    answering,
    stopping,  ///< a stop was asked for and takes effect after the current token
    error,     ///< the last turn failed: the message has an error part; any command leaves this state
};
[[nodiscard]] const char* chat_state_name(ChatState state) noexcept;  ///< "idle", "loading_model", ...

struct LoadProgress {
    float fraction = 0.0f;
    QString file{};
};

/// What the user prefers for single models. Both get what holds for every model and return what holds for this one.
struct ModelPreferences {
    std::function<LoadOptions(const std::filesystem::path&, LoadOptions)> load{};
    std::function<ChatSettings(const std::filesystem::path&, ChatSettings)> begin{};  ///< of a new conversation
};

struct ContextMeter {
    uint32_t used = 0;    ///< tokens of the history as it would be sent, by the model's own tokenizer
    uint32_t length = 0;  ///< of the context; 0 = no model is loaded
    bool known = false;
};

/// Lives on the GUI thread. Owns the engine thread. The store and the clock outlive it.
/// A seed that nobody could foretell.
[[nodiscard]] uint64_t random_seed();

class ChatSession : public QObject {
    Q_OBJECT
  public:
    struct Setup {
        store::ConversationStore* store = nullptr;
        EngineOpener open_engine{};
        const Clock* clock = &system_clock();
        std::filesystem::path model{};                      ///< opened at the first message, or by load_model()
        LoadOptions load{};                                 ///< device, threads, context length; progress is set by the session
        std::function<uint64_t()> draw_seed = random_seed;  ///< for an answer whose settings name no seed
        int flush_interval_ms = 33;
        int save_again_interval_ms = 3000;  ///< between tries to store the end of a turn that the store refused
        int checkpoint_interval_ms = 400;   ///< well under the second that a crash may cost: the window may be late, too
    };
    explicit ChatSession(Setup setup, QObject* parent = nullptr);
    ~ChatSession() override;  ///< stops, stores what came, joins the engine thread

    // ---- what is shown
    [[nodiscard]] ChatState state() const noexcept { return state_; }
    [[nodiscard]] bool busy() const noexcept;  ///< loading, reading, thinking, answering or stopping
    [[nodiscard]] store::ConversationId conversation() const noexcept { return conversation_; }  ///< 0 = a new chat without messages
    [[nodiscard]] QString title() const { return title_; }
    /// The active branch. A copy that is kept while a message is written makes every flush copy its text.
    [[nodiscard]] const QVector<MessageView>& messages() const noexcept { return messages_; }
    [[nodiscard]] int index_of(store::MessageId id) const noexcept;  ///< -1 when not on the active branch
    /// The message that is being written; 0 = none. It may belong to a conversation that is not shown.
    [[nodiscard]] store::MessageId streaming_message() const noexcept { return turn_.message; }
    [[nodiscard]] store::ConversationId streaming_conversation() const noexcept { return turn_.conversation; }
    [[nodiscard]] LoadProgress load_progress() const { return load_progress_; }
    [[nodiscard]] PromptProgress prompt_progress() const noexcept { return prompt_progress_; }
    [[nodiscard]] ContextMeter context_meter() const noexcept { return context_meter_; }
    [[nodiscard]] const ChatSettings& settings() const noexcept { return settings_; }  ///< of the conversation on the desk
    [[nodiscard]] std::optional<ModelInfo> model_info() const { return model_info_; }  ///< nullopt until loaded
    [[nodiscard]] std::filesystem::path model_path() const { return setup_.model; }
    [[nodiscard]] bool thought_can_be_closed() const noexcept { return state_ == ChatState::thinking; }

    // ---- the model
    void load_model();  ///< in advance; without effect when it is loaded or loading
    void cancel_load();
    /// Another file or device: takes effect at the next load; unloads the present one when nothing is generated. What the user prefers for
    /// this model is taken over, but for its system prompt where a conversation has begun.
    void set_model(const std::filesystem::path& file, Device device);
    void set_model(const std::filesystem::path& file);  ///< on the device of before
    void set_device(const DeviceName& device);          ///< for every model; closes the one that is open, if it changes anything
    void unload_model();                                ///< gives its memory back; the next message opens it again
    void set_model_preferences(ModelPreferences preferences);
    /// What is preferred for this file was changed. If it is the model on the desk and is to be loaded otherwise, it is closed and opened
    /// again with the next message.
    void model_preferences_changed(const std::filesystem::path& file);

    // ---- conversations (a list is read from the store after conversations_changed())
    void new_conversation();
    bool open_conversation(store::ConversationId id);
    void rename_conversation(store::ConversationId id, const QString& title);
    void set_pinned(store::ConversationId id, bool pinned);
    void delete_conversation(store::ConversationId id);  ///< hidden; stops it if it is being written
    void undo_delete(store::ConversationId id);
    void purge_deleted();  ///< at exit, or when the offer to undo is gone: really deletes
    void set_settings(const ChatSettings& settings);
    /// New conversations begin with what differs between the two; the rest stays as it was kept.
    void keep_for_new_conversations(const ChatSettings& before, const ChatSettings& after);
    [[nodiscard]] ChatSettings general_settings() const;  ///< what holds for every model without a preference
    [[nodiscard]] const LoadOptions& general_load() const noexcept { return setup_.load; }
    void save_draft(const QString& text);
    [[nodiscard]] QString draft() const;

    // ---- a turn. False: not possible now (busy, empty, unknown message); nothing changed.
    bool send(const QString& text);
    void stop();  ///< what was written stays; also cancels a load that a message waits for (then the message offers Retry)
    bool regenerate(store::MessageId assistant);  ///< a new sibling; the old one stays a branch
    bool edit(store::MessageId user, const QString& text);
    bool continue_thinking(store::MessageId assistant);
    bool answer_from_here(store::MessageId assistant);
    bool continue_answer(store::MessageId assistant);
    void answer_now();                       ///< ends the thought at the next line end; a second call while it is still open: at once
    bool retry(store::MessageId assistant);  ///< same as regenerate, but also when the first try has no token
    bool switch_branch(store::MessageId message, int sibling_index);
    bool forget_thought(store::MessageId assistant);

    /// Counts the history plus `draft` in the background; context_meter_changed() follows. Nothing happens without a loaded model.
    void update_context_meter(const QString& draft);
    /// The prompt as the model would see it now, in the background: preview_ready(), or preview_failed().
    void request_preview();

    // ---- copying. An answer's text never holds a byte of a thought.
    [[nodiscard]] QString answer_text(store::MessageId id) const;
    [[nodiscard]] QString thought_text(store::MessageId id) const;

  Q_SIGNALS:
    void state_changed();
    void conversations_changed();  ///< the list, a title, a pin or an order
    void conversation_opened();    ///< another conversation (or none) is on the desk
    void messages_reset();         ///< messages() is another list: a conversation was opened or a branch was switched
    void message_added(int index);
    void message_changed(int index);       ///< status, counters, siblings or the number of parts; not the text of parts
    void part_added(int index, int part);  ///< its text may already hold something
    void part_appended(int index, int part, const QString& added);  ///< at most once per flush and part
    void load_progress_changed();
    void prompt_progress_changed();
    void model_changed();  ///< loaded, unloaded or another was chosen
    void settings_changed();
    void context_meter_changed();
    void preview_ready(const QString& text, uint tokens);
    void preview_failed(const QString& why);
    void turn_finished(qlonglong message);
    /// Something that belongs to no message: the store cannot be written, a model cannot be loaded in advance.
    void trouble(const QString& what, const QString& details);

  private:
    enum class Phase : uint8_t { none, unknown, thought, answer };
    /// What is known of the turn that is being written, beside its MessageView. message 0 = none.
    struct LiveTurn {
        store::MessageId message = 0;
        store::ConversationId conversation = 0;
        QString question{};            ///< of a first turn: for the title
        bool resumed = false;          ///< the message had tokens before
        bool joins_last_part = false;  ///< the next text goes on in the last part if it is of its kind
        bool close_asked = false;
        bool stop_asked = false;
        uint32_t time_base_ms = 0;  ///< time of the last token there was before
        uint32_t tokens_before = 0;
        Phase phase = Phase::none;
        int64_t phase_began_ms = 0;
        uint64_t phase_base_ms = 0;  ///< what the counter of this phase held when it began
        int64_t decode_began_ms = -1;
    };
    [[nodiscard]] LoadOptions load_options() const;
    [[nodiscard]] ChatSettings settings_of_new_conversation() const;
    /// A turn whose end the store refused. At most one: no other begins before it is stored.
    struct UnsavedTurn {
        store::MessageId message = 0;
        store::ConversationId conversation = 0;
        store::StreamChunk chunk{};  ///< what is not appended yet
        store::StreamEnd end{};
    };
    bool can_begin();                         ///< no turn runs, and the last one is stored; else it says why not
    void keep_unsaved(store::StreamEnd end);  ///< of the turn that ends now, with all that is pending
    bool save_unsaved();                      ///< false when the store refuses again; true when there is nothing to save
    store::StoreStatus store_unsaved();
    bool begin_turn(store::MessageId parent, const std::optional<QString>& question, bool keeps_draft = false);
    bool resume(store::MessageId assistant, bool close_thought);
    void generate(const GenerateRequest& request, bool ends_in_thought);
    [[nodiscard]] GenerateRequest request_before(int index) const;
    void load_began();
    void load_ended(const Result<ModelInfo>& loaded);
    void finish_turn(const GenerationEnd& end);
    void name_conversation(const MessageView& answer);

    void flush();
    void apply(const GenerationDelta& delta);
    void apply_text(const StreamPiece& piece);
    void enter_phase(Phase phase, int64_t at_ms);
    void update_times(int64_t now_ms);
    void take_tokens(const GenerationDelta& delta);
    bool checkpoint();  ///< false when the store refused; what is pending stays pending

    void show_conversation(const store::Conversation& conversation);
    bool reload_messages();
    /// The view of the message that is being written lies in messages_ when it is shown, else in parked_: it is never copied.
    [[nodiscard]] MessageView& live();
    void park_live();
    void unpark_live();
    void notify_live_changed();
    void set_state(ChatState state);
    void report(const store::StoreError& error);
    [[nodiscard]] const MessageView* find(store::MessageId id) const noexcept;

    Setup setup_;
    ModelPreferences preferences_;
    LoadOptions load_;  ///< of the model on the desk
    std::unique_ptr<GenerationWorker> worker_;
    QTimer flush_timer_;
    ChatState state_ = ChatState::idle;
    store::ConversationId conversation_ = 0;
    QString title_{};
    ChatSettings settings_;
    QVector<MessageView> messages_{};
    LoadProgress load_progress_;
    PromptProgress prompt_progress_;
    ContextMeter context_meter_;
    std::optional<ModelInfo> model_info_{};
    std::map<std::filesystem::path, std::string> model_names_{};  ///< of those that were open in this run
    bool load_posted_ = false;                                    ///< by load_model(), and not ended
    bool stale_load_ = false;                                     ///< what is being opened was changed for another meanwhile
    bool load_wanted_ = false;                                    ///< and that other one is to be opened, too
    LiveTurn turn_;
    MessageView parked_;
    store::StreamChunk pending_{};  ///< came, but is not yet in the store
    std::chrono::steady_clock::time_point last_checkpoint_{};
    std::optional<UnsavedTurn> unsaved_{};
    QTimer save_timer_;
    bool store_failed_ = false;
};

}  // namespace soliloquy
