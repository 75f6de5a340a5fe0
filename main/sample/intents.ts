// The topics of the sample contact centre: what customers ask in each queue and what agents do about it. Data only.

export type Intent = {
  name: string;
  /** Position in queueNames. */
  queue: number;
  /** Median seconds that an average agent needs on the telephone. */
  baseS: number;
  utterances: readonly string[];
  asked: readonly string[];
  solved: readonly string[];
  unsolved: readonly string[];
};

export const queueNames = [
  'Billing',
  'Orders and Returns',
  'Technical Support',
  'Account Services',
  'Sales',
  'Loyalty Desk',
] as const;

export const intents: readonly Intent[] = [
  {
    name: 'Pay Bill',
    queue: 0,
    baseS: 190,
    utterances: ['Can you pay my bill?', 'I want to pay my invoice', 'pay bill'],
    asked: ['Customer wanted to pay the open invoice of {amount}.', 'Caller asked how to pay {amount} by card.'],
    solved: ['Took the payment and sent a receipt.', 'Set up direct debit starting {day}.'],
    unsolved: ['Card was declined twice.', 'Payment page showed an error for this account.'],
  },
  {
    name: 'Dispute Charge',
    queue: 0,
    baseS: 330,
    utterances: ['There is a charge I do not know', 'Why was I billed twice?'],
    asked: ['Customer disputed a charge of {amount} from {day}.', 'Caller was billed twice, {amount} each time.'],
    solved: ['Found the duplicate and credited {amount}.', 'Explained the late fee and waived it this once.'],
    unsolved: ['Charge comes from a partner, billing team has to check.', 'Amount is above my credit limit.'],
  },
  {
    name: 'Refund Status',
    queue: 0,
    baseS: 210,
    utterances: ['Where is my refund?', 'refund status for {order}'],
    asked: ['Customer asked where the refund for order {order} is.', 'Refund of {amount} has not arrived yet.'],
    solved: [
      'Refund was released on {day}, the bank needs three days.',
      'Bank details were old; corrected and sent again.',
    ],
    unsolved: ['Warehouse has not confirmed the return.', 'Refund is stuck in the payment system.'],
  },
  {
    name: 'Track Order',
    queue: 1,
    baseS: 150,
    utterances: ['Where is my order {order}?', 'track my parcel', 'Has my {item} been sent?'],
    asked: ['Customer asked for the status of order {order}.', 'Parcel with the {item} was due on {day}.'],
    solved: ['Parcel is out for delivery; sent the tracking link.', 'Delivery moved to {day}, customer agreed.'],
    unsolved: ['Carrier shows no scan since {day}.', 'Parcel went back to the depot without a reason.'],
  },
  {
    name: 'Change Delivery',
    queue: 1,
    baseS: 200,
    utterances: ['I need another delivery date', 'Please send it to my neighbour'],
    asked: ['Customer wanted the {item} delivered on {day}.', 'Asked to change the delivery address of {order}.'],
    solved: ['Changed the date to {day}.', 'Address updated before dispatch.'],
    unsolved: ['Order has left the warehouse already.', 'Carrier portal was down.'],
  },
  {
    name: 'Return Item',
    queue: 1,
    baseS: 260,
    utterances: ['I want to return my {item}', 'The {item} arrived broken'],
    asked: ['The {item} from order {order} arrived damaged.', 'Customer wants to send back the {item}.'],
    solved: ['Sent a return label by e-mail.', 'Replacement ships on {day}.'],
    unsolved: ['Return window ended on {day}, customer disagrees.', 'Photos of the damage are missing.'],
  },
  {
    name: 'Reset Password',
    queue: 2,
    baseS: 170,
    utterances: ['I forgot my password', 'cannot log in'],
    asked: ['Customer could not sign in after a password change.', 'Reset mail never arrived.'],
    solved: ['Verified the identity and sent a new reset link.', 'Unlocked the account; sign-in works again.'],
    unsolved: ['Mail address on file is out of date.', 'Second factor is on a lost phone.'],
  },
  {
    name: 'App Not Loading',
    queue: 2,
    baseS: 380,
    utterances: ['The app does not open', 'white screen after the update'],
    asked: ['App shows a white screen since {day}.', 'Customer reports that the app closes on start.'],
    solved: ['Clearing the cache and signing in again helped.', 'Update to the newest version fixed it.'],
    unsolved: ['Collected the logs for second level.', 'Same fault on two devices.'],
  },
  {
    name: 'Device Setup',
    queue: 2,
    baseS: 460,
    utterances: ['How do I set up my router?', 'My {device} does not connect'],
    asked: ['Customer needed help to set up the {device}.', 'New {device} does not find the network.'],
    solved: ['Walked through the setup step by step, all lights green.', 'Firmware updated, connection is stable.'],
    unsolved: ['Device seems faulty, exchange needed.', 'Line test failed at the socket.'],
  },
  {
    name: 'Update Address',
    queue: 3,
    baseS: 160,
    utterances: ['I have moved', 'change my address'],
    asked: ['Customer moved and gave the new address.', 'Address on the last invoice was wrong.'],
    solved: ['Address changed and confirmed by e-mail.', 'Updated the address for both contracts.'],
    unsolved: ['Proof of address is missing.', 'Contract is in another name.'],
  },
  {
    name: 'Close Account',
    queue: 3,
    baseS: 300,
    utterances: ['I want to close my account', 'cancel everything please'],
    asked: ['Customer wants to close the account at the end of the month.', 'Cancellation because of the price.'],
    solved: ['Offered the {plan} plan, customer stays.', 'Cancelled to {day}, confirmation sent.'],
    unsolved: ['Open balance of {amount} must be cleared first.', 'Minimum term has not ended.'],
  },
  {
    name: 'Upgrade Plan',
    queue: 4,
    baseS: 290,
    utterances: ['Which plan is best for me?', 'upgrade to {plan}'],
    asked: ['Customer asked about the {plan} plan.', 'Wants more data and a second card.'],
    solved: ['Moved to the {plan} plan from {day}.', 'Sold the {plan} plan with a discount for six months.'],
    unsolved: ['Credit check is still running.', 'Wants to compare the offer first.'],
  },
  {
    name: 'New Subscription',
    queue: 4,
    baseS: 350,
    utterances: ['I would like to sign up', 'new customer'],
    asked: ['New customer interested in the {plan} plan.', 'Asked for an offer for a small office.'],
    solved: ['Contract {order} signed online.', 'Trial starts on {day}.'],
    unsolved: ['Address is outside the service area.', 'Needs the approval of a partner.'],
  },
  {
    name: 'Loyalty Points',
    queue: 5,
    baseS: 180,
    utterances: ['My points are missing', 'how many points do I have'],
    asked: ['Points for order {order} were not credited.', 'Customer asked how to use the points.'],
    solved: ['Credited the missing points.', 'Explained how to redeem points at checkout.'],
    unsolved: ['Partner has to confirm the booking.', 'Points expired on {day}.'],
  },
  {
    name: 'Complaint',
    queue: 5,
    baseS: 420,
    utterances: ['I want to complain', 'This is the third time I call'],
    asked: ['Complaint about a late delivery on {day}.', 'Customer was upset about the waiting time.'],
    solved: ['Apologised and gave a voucher of {amount}.', 'Agreed on a partial refund of {amount}.'],
    unsolved: ['Customer wants a written statement.', 'Wants to speak to the management.'],
  },
  {
    name: 'ConnectToAgent',
    queue: 3,
    baseS: 240,
    utterances: ['agent', 'Let me talk to a person'],
    asked: ['Customer asked for a person without naming a topic.', 'The bot could not help and handed over.'],
    solved: ['Answered a question about the {plan} plan.', 'Helped to find invoice {order} in the portal.'],
    unsolved: ['Question belongs to another department.', 'Could not verify the customer.'],
  },
];

export type NoteLanguage = 'es' | 'de' | 'ja';

/** One resolved and one open summary for each queue, in the order of queueNames. */
export const foreignNotes: Record<NoteLanguage, readonly { resolved: string; open: string }[]> = {
  es: [
    {
      resolved: 'El cliente preguntó por una factura de {amount}. Se aclaró el cargo y quedó satisfecho.',
      open: 'El cliente reclama un cargo de {amount}. El caso {case} queda pendiente de revisión.',
    },
    {
      resolved: 'El cliente preguntó por el pedido {order}. Se envió el enlace de seguimiento.',
      open: 'El pedido {order} no ha llegado. Se abrió el caso {case} con el transportista.',
    },
    {
      resolved: 'El cliente no podía entrar. Se restableció la contraseña y ya funciona.',
      open: 'La aplicación sigue sin abrir. El caso {case} pasó al segundo nivel.',
    },
    {
      resolved: 'El cliente cambió de domicilio. Los datos están actualizados.',
      open: 'El cliente debe enviar un documento para el cambio de titular.',
    },
    {
      resolved: 'El cliente contrató el plan {plan} después de comparar las ofertas.',
      open: 'El cliente quiere pensar la oferta del plan {plan}. Se le llamará de nuevo.',
    },
    {
      resolved: 'El cliente se quejó de la espera. Se ofreció un vale de {amount}.',
      open: 'El cliente pide una respuesta por escrito. Se pasó a una supervisora.',
    },
  ],
  de: [
    {
      resolved: 'Frage zur Rechnung über {amount}. Betrag erklärt, keine weiteren Fragen.',
      open: 'Kunde bestreitet eine Abbuchung über {amount}. Fall {case} an die Buchhaltung übergeben.',
    },
    {
      resolved: 'Kundin fragte nach der Lieferung {order}. Termin geändert, alles geklärt.',
      open: 'Sendung {order} ist nicht angekommen. Nachforschung unter {case} läuft.',
    },
    {
      resolved: 'Kunde konnte sich nicht anmelden. Zugang entsperrt, Anmeldung funktioniert wieder.',
      open: 'Gerät lässt sich nicht einrichten. Rückruf durch die Technik vereinbart.',
    },
    {
      resolved: 'Neue Anschrift aufgenommen und per E-Mail bestätigt.',
      open: 'Für die Änderung fehlt noch ein Nachweis, Kundin reicht ihn nach.',
    },
    {
      resolved: 'Kunde wechselt in den Tarif {plan}.',
      open: 'Angebot für den Tarif {plan} verschickt, Kunde überlegt noch.',
    },
    {
      resolved: 'Beschwerde über die Wartezeit. Gutschein über {amount} angeboten und angenommen.',
      open: 'Kundin wünscht eine schriftliche Stellungnahme, an die Leitung übergeben.',
    },
  ],
  ja: [
    {
      resolved: '{amount} の請求についてのお問い合わせ。内容をご説明し、解決済み。',
      open: '{amount} の請求内容を確認するため、上席に引き継ぎました。',
    },
    {
      resolved: 'ご注文 {order} の配送状況についてのお問い合わせ。追跡リンクを送付しました。',
      open: 'ご注文 {order} が届いていません。配送会社に確認中です。',
    },
    {
      resolved: 'パスワードを再設定し、ログインできることを確認しました。',
      open: 'アプリが起動しない件、技術担当に引き継ぎました。',
    },
    {
      resolved: '住所変更のご依頼。登録を更新しました。',
      open: '本人確認の書類をお待ちしています。',
    },
    {
      resolved: '{plan} プランへの変更を承りました。',
      open: '{plan} プランのご案内をお送りし、ご検討いただいています。',
    },
    {
      resolved: 'お待たせした件をお詫びし、ご了承いただきました。',
      open: '書面での回答をご希望のため、責任者に引き継ぎました。',
    },
  ],
};
