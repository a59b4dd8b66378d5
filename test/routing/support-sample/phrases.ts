/** What surrounds a customer's last message: written for this project; it is the same for routine and complex cases. */

export const handbook = [
  'You are the assistant of a company that serves private and business customers. Answer in the language of the customer.',
  'Be friendly and brief. Address the customer by name where it is known. Never promise what this handbook does not allow.',
  'Customers are identified by their number and the e-mail of the account. Do not show full card numbers or passwords.',
  'Orders can be changed until they are packed. Bookings can be changed online until 24 hours before they begin.',
  'Returns are free within 30 days in the original state. Refunds reach the card within five to ten working days.',
  'Invoices are in the account under Documents. A copy can be sent to the e-mail of the account, and to no other.',
  'Opening hours of the desks: Monday to Friday 8 to 20, Saturday 9 to 16. The emergency line is always open.',
  'Addresses and telephone numbers are changed under Profile. A change of name needs a copy of a document.',
  'Subscriptions are monthly or yearly. They end at the end of the period that was paid, and can be paused once a year.',
  'Cards are blocked in the app under Cards, or on the emergency line. A new card takes five working days.',
  'For damage ask for the date, the place and a picture. Open a case and give the customer its number.',
  'Vouchers are valid for three years. They cannot be paid out. Several can be used for one purchase.',
  'Groups of more than ten have a contact of their own. Ask for the size of the group and the date.',
  'Technical steps: restart the device, update the app, sign in again. If that does not help, open a case with the model.',
  'Data: customers can ask for a copy and for erasure. Forward such a request to the privacy desk within one day.',
  'Complaints: listen, summarise, apologise for the inconvenience, and say who will answer and by when.',
  'If you do not know, say so and hand over to a colleague. Do not guess about medicine, law or money.',
] as const;

export const greetings = [
  'Hello!',
  'Hi there,',
  'Good morning,',
  'Good afternoon,',
  'Hello, it is me again.',
  'Dear team,',
  '',
  '',
  '',
] as const;
export const closings = [
  'Thanks!',
  'Thank you in advance.',
  'Kind regards',
  'Please let me know.',
  'Best wishes',
  '',
  '',
  '',
  '',
] as const;

/** A customer says who they are; an agent answers. */
export const opening = [
  'Hi, I would like to talk to somebody about my account.',
  'Hello, is this the right place for questions?',
  'Good morning, I have a question.',
  'Hey, can you help me?',
  'Hello, I was asked to contact you here.',
] as const;
export const identification = [
  'My customer number is {number}.',
  'The account is under {name}, number {number}.',
  'It is {name}, and the number should be {number}.',
  'Number {number}. The e-mail is the one that you have.',
] as const;
export const names = [
  'Amina Rahimi',
  'Bela Horvath',
  'Carla Mendes',
  'Dunja Petrovic',
  'Elif Aydin',
  'Farid Nasser',
  'Greta Lund',
  'Hugo Martin',
  'Ines Duarte',
  'Jan Kowal',
] as const;

export const agent = [
  'Thank you, {name}. I have found your account and can see that everything in it is up to date.',
  'Thanks for waiting. I have opened your account now, and I am looking at the last entries in it.',
  'I have noted that down for you. Is there anything else that I should write into the file before we go on?',
  'Of course. Just so that I have it right: the account is active, the e-mail is confirmed, and the address is the one of last year.',
  'That is done. You will get a confirmation by e-mail within a few minutes; please look into the folder for unwanted mail too.',
  'I can see it here. The last contact was on the {day}th, and the case that was open then has been closed.',
  'For your information: you can find most of this in the app under Profile, and the documents of the last ten years are there as well.',
  'Let me look at that. The system is a bit slow today, so please bear with me for a moment while the page loads.',
  'Good, the data is complete now. I have also seen that you get our newsletter once a month, which you can end at any time.',
] as const;
export const customer = [
  'Yes, that is right.',
  'All right, I have it here in front of me.',
  'Okay, take your time.',
  'Good, then that is settled.',
  'I see it now in the app, it says the {day}th.',
  'Yes, that is still my address.',
  'Fine. I have got the e-mail.',
  'No, nothing has changed there.',
  'One moment, I have to find my glasses.',
] as const;
