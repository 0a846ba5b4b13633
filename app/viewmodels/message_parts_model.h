/// app/viewmodels/message_parts_model.h: the conversation as one flat list of rows, each small enough to be laid out alone: a question, a
/// thought, a block of an answer, an error, a note, the actions below an answer. While a message is written only the rows behind its last
/// finished block change.
#pragma once

#include <QAbstractListModel>
#include <memory>
#include <vector>

#include "app/chat/chat_session.h"
#include "app/markdown/rich_text.h"
#include "app/markdown/streaming_markdown.h"
#include "app/viewmodels/text_pieces.h"
#include "app/viewmodels/thought_model.h"

namespace soliloquy {

class MessagePartsModel : public QAbstractListModel {
    Q_OBJECT
    Q_PROPERTY(int count READ count NOTIFY countChanged)
    /// Told by the list: while the reader is elsewhere nothing folds by itself.
    Q_PROPERTY(bool following MEMBER following_)
    Q_PROPERTY(bool openWhileThinking MEMBER open_while_thinking_)

  public:
    enum Role {
        PartRole = Qt::UserRole + 1,
        MessageRole,
        TextRole,
        HtmlRole,
        LevelRole,
        IndentRole,
        QuoteRole,
        MarkerRole,
        LanguageRole,
        TableRole,
        ContinuesRole,
        ContinuedRole,
        GapRole,
        WritingRole,
        ThoughtRole,
        ExpandedRole,
        TitleRole,
        NoteRole,
        CanAnswerNowRole,
        CanContinueRole,
        CanAnswerRole,
        SiblingRole,
        SiblingsRole,
        HasThoughtRole,
        HasAnswerRole,
        FirstRole,
        LettersRole,
    };
    Q_ENUM(Role)

    explicit MessagePartsModel(ChatSession& session, QObject* parent = nullptr);
    ~MessagePartsModel() override;

    [[nodiscard]] int count() const { return static_cast<int>(rows_.size()); }
    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override;

    Q_INVOKABLE void setExpanded(int row, bool expanded);
    /// A question of several pieces shows all of them, or only its beginning.
    Q_INVOKABLE void setWhole(int row, bool whole);
    /// The whole question that the piece at `row` belongs to.
    Q_INVOKABLE QString questionAt(int row) const;
    /// The reader works with this thought (scrolled it, selected in it): it stays open.
    Q_INVOKABLE void keepOpen(int row);
    /// Row of the last thought, -1 when there is none.
    Q_INVOKABLE int lastThoughtRow() const;
    /// Row of the first row of a message, -1 when it is not shown.
    Q_INVOKABLE int rowOfMessage(qlonglong message) const;
    /// Colours and measures of the theme; rich text is made again with them.
    Q_INVOKABLE void setLook(const QString& link, const QString& code_background, const QString& muted, bool dark,
                             const QString& mono_family, double scale);
    Q_INVOKABLE bool isExpanded(int row) const;
    /// The whole code that the chunk at `row` belongs to.
    Q_INVOKABLE QString codeAt(int row) const;
    [[nodiscard]] qlonglong last_assistant() const;

  Q_SIGNALS:
    void countChanged();

  private:
    enum class Kind : uint8_t { user, thought, block, error, waiting, bar, actions };
    struct Row {
        Kind kind = Kind::user;
        int message = 0, part = 0, block = 0;
        bool operator==(const Row&) const = default;
    };
    struct Part {
        store::PartKind kind = store::PartKind::text;
        qsizetype consumed = 0;  ///< letters of the session's text that are in here
        std::unique_ptr<ThoughtModel> thought;
        markdown::StreamingMarkdown markdown;
        int blocks_shown = 0;
        bool closed = false;
        bool expanded = false, held = false;
    };
    struct Message {
        std::vector<Part> parts;
        QString question{};               ///< of a user
        std::vector<TextPiece> pieces{};  ///< of the question, a row each
        bool whole = false;               ///< all pieces are shown, not only the first
        int first_row = 0;
        quint64 shape = 0;  ///< of what stands below the parts
    };

    void reset();
    void add_message(int index);
    void message_changed(int index);
    void part_added(int index, int part);
    void part_appended(int index, int part);
    void take_text(int index, int part);
    void close_parts(int index);
    [[nodiscard]] Message build(int index) const;
    Part build_part(int index, int part) const;
    [[nodiscard]] std::vector<Row> rows_of(int message) const;
    void sync(int message);
    void shift_first_rows(int from, int by);
    [[nodiscard]] int row_of(int message, int part, int block) const;
    [[nodiscard]] bool is_live(int message) const;
    [[nodiscard]] quint64 shape_of(int message) const;
    [[nodiscard]] const MessageView& view(int message) const;
    [[nodiscard]] QVariant block_data(const Row& row, int role) const;
    [[nodiscard]] QVariant thought_data(const Row& row, int role) const;
    [[nodiscard]] QVariant message_data(const Row& row, int role) const;
    [[nodiscard]] QString part_name(const Row& row) const;
    [[nodiscard]] QVariantList table_of(const markdown::Block& block) const;
    [[nodiscard]] QString piece_text(const Row& row) const;
    [[nodiscard]] QString bar_text(int message) const;
    [[nodiscard]] bool model_changed_at(int message) const;
    [[nodiscard]] int gap_above(int row) const;
    void emit_row(int row, const QList<int>& roles);

    ChatSession& session_;
    std::vector<Message> messages_;
    std::vector<Row> rows_;
    markdown::Palette palette_;
    double scale_ = 1.0;
    bool following_ = true;
    bool open_while_thinking_ = true;
};

}  // namespace soliloquy
